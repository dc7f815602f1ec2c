"""One start of a function, measured from inside (`make bench`); runs on the built artefact alone, in isolated mode.

Reads what to do from standard input, as JSON, and prints what it measured, as JSON. Nothing is imported before the
clock starts but what the measurement itself needs.
"""

import json
import sys
import time
from typing import Any

_WORK = json.load(sys.stdin)
_STARTED = time.perf_counter()


def of_function() -> dict[str, Any]:
    """Measure import and first answer, then the processor time of further ones."""
    import runpy
    from importlib import import_module

    sys.path.insert(0, _WORK["layer"])
    module = runpy.run_path(_WORK["app"])
    if _WORK["eager"]:
        for route in module["ROUTES"]:
            route.load()
        for name in _WORK["eager"]:
            import_module(name)
    loaded = time.perf_counter()
    answer = module["handler"](_WORK["event"], None)
    first = time.perf_counter()
    found = {"loaded": loaded - _STARTED, "first": first - _STARTED, "status": answer["statusCode"]}
    return found | of_warm_calls(lambda: module["handler"](_WORK["event"], None))


def of_bare_client() -> dict[str, Any]:
    """Measure what everybody pays who calls DynamoDB with boto3, then one call of it."""
    sys.path.insert(0, _WORK["layer"])
    import boto3

    client = boto3.client("dynamodb")
    first = time.perf_counter() - _STARTED
    key = {"pk": {"S": "account#1"}}
    return {"first": first} | of_warm_calls(lambda: client.get_item(TableName="AccountsTable", Key=key))


def of_hash() -> dict[str, Any]:
    """Measure one run of the password hash with the parameters in force."""
    sys.path.insert(0, _WORK["layer"])
    from portal.domain.password import hash_password, password_matches

    hashed = hash_password("ein langer Satz über Birken")
    return of_warm_calls(lambda: password_matches(hashed, "ein langer Satz über Birken"))


def of_warm_calls(call: Any) -> dict[str, Any]:
    """Return wall and processor seconds of one call, over as many as asked for; the first one warms up."""
    if not _WORK["warm"]:
        return {}
    call()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(_WORK["warm"]):
        call()
    number = _WORK["warm"]
    return {"wall": (time.perf_counter() - wall) / number, "cpu": (time.process_time() - cpu) / number}


if __name__ == "__main__":
    _MEASURES = {"function": of_function, "bare": of_bare_client, "hash": of_hash}
    _FOUND = _MEASURES[_WORK["what"]]()
    # Logs and metrics go to standard output as well: the last line is ours.
    sys.stdout.write("\n" + json.dumps(_FOUND) + "\n")
