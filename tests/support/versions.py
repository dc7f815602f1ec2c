"""`python -m tests.support.versions TEMPLATE PARAMETERS UPLOADED`: what SAM makes of a template, by its own translator.

Runs in the environment of the SAM CLI, which has the translator; prints JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any


def translated(template: Path, parameters: dict[str, str], uploaded: dict[str, str]) -> dict[str, Any]:
    """Return the resources that CloudFormation gets.

    Args:
        template: as it is written.
        parameters: values by name.
        uploaded: names under which code was uploaded, by resource; the others are as they were before.
    """
    import boto3
    from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]  # of the SAM CLI
    from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # of the SAM CLI
    from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]  # of the SAM CLI

    # Through JSON: the translator wants plain dictionaries.
    document = json.loads(json.dumps(yaml_parse(template.read_text(encoding="utf-8"))))
    for name, resource in document["Resources"].items():
        for place in ("CodeUri", "ContentUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = f"s3://bucket/{uploaded.get(name, 'as-before')}"
    session = boto3.Session(region_name="eu-central-1")
    made: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(document, parameters)
    return dict(made["Resources"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(translated(Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3]))))
