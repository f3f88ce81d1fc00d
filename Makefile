# The main job is `make`; `make help` lists the rest. Nothing but Python 3.11+ and make is needed first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEFINITIONS := definitions
BUILD := build
MACHINES := $(wildcard $(DEFINITIONS)/*.asl.yaml)
EXPORTED := $(MACHINES:$(DEFINITIONS)/%.asl.yaml=$(BUILD)/%.json)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := all
.PHONY: all lint scenarios export test check format docs bench scores index wheel clean help

all: lint scenarios export ## lint the definitions, run their failure scenarios, export their JSON

lint: $(VENV)/.run
	$(BIN)/aslkit lint $(DEFINITIONS)

scenarios: $(VENV)/.run
	$(BIN)/aslkit test $(DEFINITIONS)

export: $(EXPORTED)

$(BUILD)/%.json: $(DEFINITIONS)/%.asl.yaml $(VENV)/.run .FORCE
	@$(BIN)/aslkit export $< -o $@

.PHONY: .FORCE
.FORCE:

test: $(VENV)/.test ## run the whole test suite
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.test ## format, lint and types of our own code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.test ## format our own code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.docs ## build the documentation into site/
	$(BIN)/python -m aslkit.operations.reference docs/rules
	$(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/.test ## how fast, against what
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/simulator.py
	$(BIN)/python benchmarks/explore.py

scores: $(VENV)/.test ## how much of what AWS recorded comes out the same: make scores SHARED=folder
	$(BIN)/python benchmarks/scores.py $(SHARED)
	$(BIN)/python -m aslkit.operations.fidelity docs/fidelity.md

index: $(VENV)/.test ## rebuild the index of AWS's service models from botocore
	$(BIN)/python -m aslkit.operations.index

wheel: $(VENV)/.test ## build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist

clean: ## remove what make has made
	rm -rf $(VENV) $(BUILD) dist site

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# A stamp file says which extras are installed, and is made anew when pyproject.toml changes.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aslkit needs Python 3.11 or newer; say which: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.docs: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[dev,docs]'
	@touch $@ $(VENV)/.test $(VENV)/.run
