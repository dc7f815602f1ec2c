"""What can go wrong for reasons a person can act on; printed without a traceback."""

from pathlib import Path

TAIL_LINES = 40


class LocalStackError(Exception):
    """A step failed; the text says what to do."""


class StepError(LocalStackError):
    """A program failed whose output is in a log file."""

    def __init__(self, step: str, log: Path) -> None:
        """Keep the end of the log, because that is where the reason stands."""
        super().__init__(f"{step} failed; the end of {log}:\n{tail(log)}")


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log, indented."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "  (no output)"
    last = text.rstrip().splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in last) or "  (no output)"
