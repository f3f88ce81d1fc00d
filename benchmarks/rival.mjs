// A job as JSON on standard input -> milliseconds of each run of it in aws-local-stepfunctions, as JSON.
// Called by simulator.py: {"package": where the library is, "definition": {…}, "input": {…}, "runs": 10}. Every Task
// answers an empty object at once, and no Wait and no Retry waits.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The library asks for Node 22, which has this; with it Node 20 serves as well.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const job = JSON.parse(readFileSync(0, "utf8"));
const { StateMachine } = createRequire(`${job.package}/`)("aws-local-stepfunctions");

const handlers = {};
const collect = (states) => {
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === "Task") handlers[name] = () => ({});
    for (const branch of state.Branches ?? []) collect(branch.States);
    if (state.ItemProcessor) collect(state.ItemProcessor.States);
  }
};
collect(job.definition.States);

const context = {
  Execution: { Id: "arn:aws:states:us-east-1:111111111111:execution:m:e", Name: "e", Input: job.input },
  StateMachine: { Id: "arn:aws:states:us-east-1:111111111111:stateMachine:m", Name: "m" },
};
const machine = new StateMachine(job.definition, { validationOptions: { noValidate: true } });
const milliseconds = [];
for (let run = 0; run < job.runs; run++) {
  const start = process.hrtime.bigint();
  const { result } = machine.run(job.input, { context, overrides: { taskResourceLocalHandlers: handlers } });
  await result;
  milliseconds.push(Number(process.hrtime.bigint() - start) / 1e6);
}
console.log(JSON.stringify(milliseconds));
