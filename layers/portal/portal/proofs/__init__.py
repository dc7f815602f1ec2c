"""The proof as a document to print and hand over, in German, for authorities and courts."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from portal.domain.times import berlin

if TYPE_CHECKING:
    from portal.domain.proof import Proof


def proof_document(proof: Proof, company: str, asked_for: str, made_at: int) -> str:
    """Return the proof as one self-contained HTML page that prints well.

    Args:
        proof: what is proved.
        company: who proves it, with postal address.
        asked_for: the address or account id under which it was looked up.
        made_at: epoch seconds.
    """
    return _template().render(proof=proof, company=company, asked_for=asked_for, made_at=made_at)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = _time
    return environment.get_template("proof.html")


def _time(epoch: int) -> str:
    """Say a moment to the second, in Berlin's time and in UTC: a proof leaves no doubt about zones."""
    moment = datetime.fromtimestamp(epoch, berlin())
    return f"{moment:%d.%m.%Y, %H:%M:%S Uhr} ({moment:%Z}, UTC{moment:%z})"
