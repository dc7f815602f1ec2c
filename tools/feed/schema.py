"""``python -m tools.feed.schema`` writes the JSON Schema of a line of the feed from the models that check it."""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from portal.events.feed_lines import (
    HISTORY_LENGTH,
    LABEL_LENGTH,
    MODELS,
    NAME_LENGTH,
    POSTAL_CODE_LENGTH,
    REFERENCE_LENGTH,
)

FILE = Path(__file__).parents[2] / "docs/feed.schema.json"

# What the domain asks of texts beyond what pydantic knows; lengths count after trimming.
_TEXTS = {
    "name": NAME_LENGTH,
    "street": NAME_LENGTH,
    "city": NAME_LENGTH,
    "postal_code": POSTAL_CODE_LENGTH,
    "label": LABEL_LENGTH,
    "reference": REFERENCE_LENGTH,
    "text": HISTORY_LENGTH,
}
_ENDED = {"enum": ["settled", "closed"]}
_DAY = {"type": "string", "format": "date"}
# closed_on stands exactly with the two statuses that end a case; interest runs on principal alone.
_WHOLE: dict[str, dict[str, Any]] = {
    "CaseLine": {
        "if": {"properties": {"status": _ENDED}},
        "then": {"required": ["closed_on"], "properties": {"closed_on": _DAY}},
        "else": {"properties": {"closed_on": {"type": "null"}}},
    },
    "PositionBody": {
        "if": {"properties": {"kind": {"enum": ["interest", "costs"]}}},
        "then": {"properties": {"interest": {"type": "null"}}},
    },
}


def document() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    _, found = models_json_schema([(model, "validation") for model in MODELS.values()], ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = found["$defs"]
    for name, schema in definitions.items():
        schema.pop("title", None)
        for member, rules in schema.get("properties", {}).items():
            rules.pop("title", None)
            if member in _TEXTS:
                branch = rules["anyOf"][0] if "anyOf" in rules else rules
                branch["maxLength"] = _TEXTS[member]
        if name == "DebtorBody":
            schema["properties"]["country"]["anyOf"][0] |= {
                "pattern": "^[A-Z]{2}$",
                "description": "ISO 3166-1 alpha-2",
            }
        schema.update(_WHOLE.get(name, {}))
    definitions["ClientLine"]["properties"]["people"]["items"] |= {"format": "email"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of the feed",
        "description": "One JSON object a line; docs/feed.md says what it means and which rules no schema can tell.",
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in MODELS.values()],
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """Return the schema as it is written."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"Written: {FILE}")
