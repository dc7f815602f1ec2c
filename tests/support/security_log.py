"""The security log, as whoever reads it sees it."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.template import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs/security-log.schema.json").read_text())
_VALIDATOR = Draft202012Validator(SCHEMA)


def security_lines(text: str) -> list[dict[str, Any]]:
    """Return the lines of the security log in what functions wrote; each is one of the schema's."""
    documents = [json.loads(line) for line in text.splitlines()]
    lines = [document for document in documents if document.get("category") == "security"]
    for line in lines:
        _VALIDATOR.validate(line)
    return lines


def security_counts(text: str) -> dict[str, int]:
    """Return the metrics of the security log."""
    documents = [json.loads(line) for line in text.splitlines()]
    found: dict[str, int] = {}
    for document in documents:
        if "_aws" in document and document.get("service") == "security":
            for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + int(document[metric["Name"]][0])
    return found
