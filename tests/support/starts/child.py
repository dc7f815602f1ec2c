"""One start of a function, measured from inside; run in isolated mode, on the libraries it is told and no others.

Reads what to do from standard input, as JSON, and prints what it measured, as JSON, in its last line. Nothing is
imported before the clock starts but what the measurement itself needs.
"""

import gc
import json
import sys
import time
from importlib import import_module
from typing import Any

_WORK = json.load(sys.stdin)
sys.path[:0] = _WORK["paths"]
_now = time.time
time.time = lambda: _now() - _WORK["late"]
_STARTED = time.perf_counter()


def of_function() -> dict[str, Any]:
    """Measure import and first answer, then the processor time of further ones."""
    started = _STARTED
    for name in _WORK["first"]:
        import_module(name)
    module = import_module("app")
    paused = not gc.isenabled()
    if _WORK["eager"]:
        for route in module.ROUTES:
            route.load()
        for name in _WORK["eager"]:
            import_module(name)
    if _WORK["restored"]:
        started = restored()
    held = set(sys.modules)
    answer = module.handler(_WORK["event"], None)
    found: dict[str, Any] = {"first": time.perf_counter() - started, "status": answer["statusCode"]}
    found["modules"] = sorted(_loaded())
    found["used"], found["unused"] = _on_use()
    found["late"] = sorted(set(sys.modules) - held)
    found["collected"] = {"at the beginning": not paused, "in the end": gc.isenabled()}
    return found | of_warm_calls(lambda: module.handler(_WORK["event"], None))


def restored() -> float:
    """Do what Lambda's runtime does around a snapshot; return when the copy began to run."""
    import snapshot_restore_py as hooks

    for function, positional, named in reversed(hooks._before_snapshot_registry):  # noqa: SLF001 - the runtime's side
        function(*positional, **named)
    started = time.perf_counter()
    for function, positional, named in hooks._after_restore_registry:  # noqa: SLF001 - as above
        function(*positional, **named)
    return started


def _loaded() -> set[str]:
    """Return the packages that are there, those of Python left out."""
    return {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__", "app", "portal"}


def _on_use() -> tuple[list[str], list[str]]:
    """Return which of the modules that are loaded on use were used, and which were only imported."""
    from types import ModuleType

    from portal.on_use import NAMES

    imported = sorted(NAMES & set(sys.modules))
    used = [name for name in imported if type(sys.modules[name]) is ModuleType]
    return used, [name for name in imported if name not in used]


def of_import() -> dict[str, Any]:
    """Measure what packages cost on top of what every function loads."""
    for name in ("boto3", "aws_lambda_powertools"):
        import_module(name)
    started = time.perf_counter()
    for name in _WORK["packages"]:
        import_module(name)
    return {"first": time.perf_counter() - started}


def of_roots() -> dict[str, Any]:
    """Measure how long a client reads the roots it trusts, before its first connection."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    started = time.perf_counter()
    context.load_verify_locations(_WORK["file"])
    return {"first": time.perf_counter() - started}


def of_bare_client() -> dict[str, Any]:
    """Measure what everybody pays who calls DynamoDB with boto3, then one call of it."""
    import boto3

    client = boto3.client("dynamodb")
    first = time.perf_counter() - _STARTED
    key = {"pk": {"S": "account#1"}}
    return {"first": first} | of_warm_calls(lambda: client.get_item(TableName="AccountsTable", Key=key))


def of_calls() -> dict[str, Any]:
    """Measure calls as anybody makes them with boto3."""
    import ast

    import boto3

    session = boto3.Session()
    clients: dict[str, Any] = {}
    calls = []
    # Parameters hold bytes, which JSON does not know.
    for service, operation, parameters in ast.literal_eval(_WORK["calls"]):
        clients[service] = clients.get(service) or session.client(service)
        calls.append((getattr(clients[service], operation), parameters))

    def all_of_them() -> None:
        for call, parameters in calls:
            call(**parameters)

    return of_warm_calls(all_of_them)


def of_hash() -> dict[str, Any]:
    """Measure one run of the password hash with the parameters in force."""
    from portal.domain.password import hash_password, password_matches

    hashed = hash_password("ein langer Satz über Birken")
    return of_warm_calls(lambda: password_matches(hashed, "ein langer Satz über Birken"))


def of_warm_calls(call: Any) -> dict[str, Any]:
    """Return wall and processor seconds of one call, over as many as asked for; the first one warms up.

    ``hashed`` and ``called`` are the processor seconds of them that checks of a password and calls to AWS took. They
    are many times the rest: those of another process are never as long to such a precision.
    """
    if not _WORK["warm"]:
        return {}
    call()
    hashed = _timed("argon2", "PasswordHasher", "verify")
    called = _timed("botocore.client", "BaseClient", "_make_api_call")
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(_WORK["warm"]):
        call()
    number = _WORK["warm"]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall / number, "cpu": cpu / number, "hashed": sum(hashed) / number, "called": sum(called) / number}


def _timed(module: str, kind: str, function: str) -> list[float]:
    """Let every call of a method from now on note its processor seconds, where its module is loaded at all."""
    noted: list[float] = []
    if module in sys.modules:
        of = getattr(sys.modules[module], kind)
        real = getattr(of, function)

        def timed(*given: Any) -> Any:
            began = time.process_time()
            try:
                return real(*given)
            finally:
                noted.append(time.process_time() - began)

        setattr(of, function, timed)
    return noted


if __name__ == "__main__":
    _MEASURES = {
        "function": of_function,
        "import": of_import,
        "bare": of_bare_client,
        "calls": of_calls,
        "hash": of_hash,
        "roots": of_roots,
    }
    _FOUND = _MEASURES[_WORK["what"]]()
    # Logs and metrics go to standard output as well: the last line is ours.
    sys.stdout.write("\n" + json.dumps(_FOUND) + "\n")
