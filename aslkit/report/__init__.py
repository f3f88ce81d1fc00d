"""Findings and executions -> text, JSON, JUnit."""
