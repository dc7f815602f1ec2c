"""Rotates the keys of links and access tokens; the runbook is in docs/operations.md."""
