"""Texts of pages, one file a page, German and English below each other.

Texts are markup of our own: ``&`` and ``<`` are written as in HTML. ``$portal_name`` and the like stand in them for
values, which are escaped when they are filled in.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.mail import Language
    from portal.pages.fields import FieldTexts

_COMMON = "common"
_OF_FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Texts:
    """What a page says in one language.

    Args:
        plain: what stands in the template, by name.
        fields: of each field that is described, ``label`` and the like.
        script: what its script shows, by name.
    """

    plain: Mapping[str, str]
    fields: Mapping[str, FieldTexts]
    script: Mapping[str, str]


@cache
def texts_of(names: tuple[str, ...], language: Language) -> Texts:
    """Return the texts of these files and of every page; what comes later goes before."""
    found = [read(name)[language] for name in (_COMMON, *names)]
    fields: dict[str, FieldTexts] = dict(read(_OF_FIELDS)[language])
    plain: dict[str, str] = {}
    script: dict[str, str] = {}
    for texts in found:
        plain |= {name: text for name, text in texts.items() if isinstance(text, str)}
        script |= texts.get("script", {})
        fields |= {name: {**fields.get(name, {}), **words} for name, words in texts.get("fields", {}).items()}
    return Texts(plain, fields, script)


@cache
def read(name: str) -> dict[str, Any]:
    """Return a file of texts: languages at its top."""
    return tomllib.loads(files("portal.pages").joinpath("texts", f"{name}.toml").read_text(encoding="utf-8"))
