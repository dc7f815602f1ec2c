"""The command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.local.parameters import parse_assignments

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8080
HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` was asked for; `port` 0 means any free one, `record` None that no calls are noted."""

    port: int
    parameters: dict[str, str]
    project: Path
    state: Path
    fresh: bool
    persist: bool
    record: Path | None = None


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; a mistake ends the program with one line and exit code 2."""
    parser = _parser()
    found = parser.parse_args(arguments)
    try:
        parameters = parse_assignments(found.param)
    except ValueError as error:
        parser.error(f"--param: {error}")
    project: Path = found.project.resolve()
    state: Path = (found.state or project / ".local" / "run").resolve()
    record: Path | None = found.record and found.record.resolve()
    return Options(found.port, parameters, project, state, found.fresh, not found.no_persist, record)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="run")
    run = commands.add_parser("run", help="build, deploy to the emulator and serve until Ctrl-C")
    run.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 picks a free one (default: %(default)s)")
    run.add_argument("--param", default="", metavar='"K=V K2=V2"', help="template parameters to override")
    run.add_argument("--state", type=Path, metavar="DIR", help="where everything is kept (default: .local/run)")
    run.add_argument("--fresh", action="store_true", help="forget the data of earlier runs first")
    run.add_argument("--no-persist", action="store_true", help="neither load nor save data")
    run.add_argument("--record", type=Path, metavar="FILE", help="note there which function makes which AWS calls")
    # For trying the tool on another project than the one that it belongs to.
    run.add_argument("--project", type=Path, default=PROJECT, help=argparse.SUPPRESS)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= HIGHEST_PORT:
        message = f"not between 0 and {HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return port
