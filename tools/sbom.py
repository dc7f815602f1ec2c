"""Leaves out of a list of components (CycloneDX) where somebody's pip would fetch them (``make sbom``).

Reads the list that ``cyclonedx_py`` writes and prints it anew: each component keeps name, version, package URL and the
hashes of its files; addresses of indexes, and the line of the file with its pins, say nothing of what is shipped.
"""

import json
import sys
from typing import Any


def without_addresses(document: dict[str, Any]) -> dict[str, Any]:
    """Return the list with hashes at the components themselves, and without addresses."""
    for component in document["components"]:
        references = component.pop("externalReferences", [])
        component.pop("description", None)
        component["hashes"] = [one for reference in references for one in reference.get("hashes", ())]
    for tool in document["metadata"]["tools"]["components"]:
        tool.pop("externalReferences", None)
    return document


if __name__ == "__main__":
    sys.stdout.write(json.dumps(without_addresses(json.load(sys.stdin)), indent=2, sort_keys=True) + "\n")
