"""Environment variables of the programs that we start, and of ourselves."""

import os
from collections.abc import Mapping
from pathlib import Path

from tools.local.layout import Layout

REGION = "eu-central-1"
CREDENTIAL = "test"
"""Key and secret that the emulator takes for its root user."""

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_MAKE_VARIABLES = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"})
_PYTHON_VARIABLES = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")


def isolate() -> None:
    """Hide the user's AWS settings, Python path and proxy from us and all that we start."""
    for name in [*_PYTHON_VARIABLES, *(name for name in os.environ if name.startswith("AWS_"))]:
        os.environ.pop(name, None)
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get("NO_PROXY")])),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",
    }


def bin_directory(environment: str, venvs: Path) -> Path:
    """Return the directory of the programs of one of the virtual environments."""
    return venvs / environment / "bin"


def without_make(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables for `sam build`, which calls make itself: that one is no part of the one that called us."""
    return {name: value for name, value in variables.items() if name not in _MAKE_VARIABLES}


def for_build(layout: Layout, programs: Path) -> dict[str, str]:
    """Return what `sam build` gets: the user's variables, for pip's sake, and a matching python first on PATH."""
    return {
        **without_make(os.environ),
        "PORTAL_ARCHITECTURE": "native",
        "PATH": f"{programs}:{os.environ.get('PATH', _SYSTEM_PATH)}",
        "TMPDIR": str(layout.tmp),
        "__SAM_CLI_APP_DIR": str(layout.home / "sam"),
    }


def for_deploy(layout: Layout, programs: Path, endpoint: str) -> dict[str, str]:
    """Return what `sam deploy` gets: nothing of the user's, and the emulator as the only cloud."""
    return {
        **_clean(layout, programs),
        **{name: os.environ[name] for name in os.environ if name.startswith(("AWS_", "SAM_CLI_"))},
        "__SAM_CLI_APP_DIR": str(layout.home / "sam"),
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
        "AWS_DEFAULT_REGION": REGION,
    }


def for_emulator(
    layout: Layout, programs: Path, port: int, identity: str, *, persist: bool, calls_to: str | None = None
) -> dict[str, str]:
    """Return what the emulator gets; its functions see all of this, so it is nearly nothing.

    With `calls_to` the functions send their AWS calls there, not to the emulator itself.
    """
    return {
        **_clean(layout, programs),
        **({"AWS_ENDPOINT_URL": calls_to} if calls_to else {}),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # Names our instance in the health answer: another one may have got the port.
        "MINISTACK_EDITION": identity,
        "MINISTACK_REGION": REGION,
        # Listeners on fixed ports, which would keep a second checkout from running.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": str(int(persist)),
        "STATE_DIR": str(layout.emulator),
        # Objects are not part of the saved state: files of the feed and reports would be gone with each stop.
        "S3_PERSIST": str(int(persist)),
        "S3_DATA_DIR": str((layout.emulator if persist else layout.tmp) / "s3"),
    }


def _clean(layout: Layout, programs: Path) -> dict[str, str]:
    return {
        "PATH": f"{programs}:{_SYSTEM_PATH}",
        "HOME": str(layout.home),
        "TMPDIR": str(layout.tmp),
        "LANG": "C.UTF-8",
    }
