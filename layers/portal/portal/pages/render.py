"""A page as it is sent.

Two steps: texts are put into the template once per page and language, then values into that. What is filled in is never
read as a template again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import import_module
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from portal.pages.assets import asset
from portal.pages.catalog import LANGUAGES, PAGES, START, PageSpec
from portal.pages.fields import field_markup, field_values, short_name
from portal.pages.translate import Texts, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.mail import Language
    from portal.pages import Site

_PART = re.compile(r"\$\{part_(\w+)\}")
_STYLES, _ICON = ("portal",), "icon.svg"


@dataclass(frozen=True, slots=True)
class View:
    """How a page is looked at.

    Args:
        language: of the page.
        explicit: whether the address says the language; links then say it too.
        root: leads from the page to the root of the portal: empty or ``../``.
    """

    language: Language
    explicit: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a page shows beyond its texts.

    Args:
        values: of fields by name, as typed.
        errors: why fields are refused, by name; plain text.
        alert: what stopped the whole form; plain text.
        result: name of the script's text that says how it went.
        good: whether that is what the person wanted.
        more: values of the page's slots; plain text.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    alert: str = ""
    result: str = ""
    good: bool = True
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page that is the same for everybody; ``tag`` is its entity tag (RFC 9110)."""

    body: str
    tag: str


@cache
def standing(spec: PageSpec, view: View, site: Site) -> Rendered:
    """Return a page as everybody gets it."""
    body = render(spec, view, site)
    return Rendered(body, f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"')


def render(spec: PageSpec, view: View, site: Site, filling: Filling | None = None) -> str:
    """Return the markup of a page."""
    filling = filling or Filling()
    texts = page_texts(spec, view.language)
    values = _places(spec, view) | _assets(spec, view)
    values |= {name: escape(text) for name, text in site.names.items()}
    for each in spec.fields:
        values |= field_values(each, filling.values.get(each.name, ""), filling.errors.get(each.name, ""))
    for name, folded in spec.folds:
        something = any(filling.values.get(each) or filling.errors.get(each) for each in folded)
        values[f"open_{name}"] = " open" if something else ""
    values |= {name: escape(filling.more.get(name, "")) for name in spec.slots}
    values |= _messages(spec, texts, filling, values)
    if spec.parts:
        module, _, function = spec.parts.partition(":")
        values |= getattr(import_module(f"portal.pages.{module}"), function)(view.language, site)
    return Template(_compiled(spec, view.language)).substitute(values)


def page_texts(spec: PageSpec, language: Language) -> Texts:
    """Return all texts of a page."""
    return texts_of(spec.all_texts, language)


@cache
def _compiled(spec: PageSpec, language: Language) -> str:
    texts = page_texts(spec, language)
    optional = texts.plain["optional"]
    markup = {f"field_{each.name}": field_markup(each, texts.fields[each.name], optional) for each in spec.fields}
    markup["own_fields"] = "\n".join(text for name, text in markup.items() if name != "field_link")
    markup["hidden_fields"] = "\n".join(markup[f"field_{each.name}"] for each in spec.fields if each.kind == "hidden")
    shell = Template(_template("shell")).safe_substitute(
        nav=_template("nav-area" if spec.private else "nav"),
        state=' class="area waiting" aria-busy="true"' if spec.private else "",
        main=_main(spec),
        dialogs=_template("dialogs") if spec.private else "",
        script_texts=_script_texts(spec, texts),
    )
    return Template(Template(shell).safe_substitute(markup)).safe_substitute(texts.plain)


def _main(spec: PageSpec) -> str:
    """Return the template of a page with the parts that it shares with others: ``${part_<template>}``."""
    main = _template(spec.template or spec.name)
    if spec.private:
        # Below the heading, so that nothing moves when the rest comes.
        main = main.replace("</h1>", f"</h1>\n{_template('loading')}", 1)
    return _PART.sub(lambda match: _template(match[1].replace("_", "-")), main)


def _script_texts(spec: PageSpec, texts: Texts) -> str:
    """What a script shows stands in the page, so that scripts hold no words."""
    if not spec.script:
        return ""
    return "\n".join(f'<template data-text="{name}">{text.strip()}</template>' for name, text in texts.script.items())


def _places(spec: PageSpec, view: View) -> dict[str, str]:
    """Where links lead, and which of them is the page itself."""
    suffix = f".{view.language}" if view.explicit else ""
    (other,) = [language for language in LANGUAGES if language != view.language]
    shown = spec.name if spec.served else START
    return {
        "root": view.root,
        "lang": suffix,
        "home": f"{view.root}{START}{suffix}" if view.explicit else view.root or "./",
        "language": view.language,
        "page": spec.name,
        "api": spec.api,
        "other_address": f"{view.root}{shown}.{other}",
        **{f"at_{name.replace('-', '_')}": ' aria-current="page"' if spec.name == name else "" for name in PAGES},
    }


def _assets(spec: PageSpec, view: View) -> dict[str, str]:
    lines = []
    styles = [asset(f"{name}.css") for name in (*_STYLES, *spec.styles)]
    if spec.script:
        module = asset(f"{spec.script}.js")
        lines.append(f'<script type="module" src="{view.root}{module.address}"></script>')
        lines += [f'<link rel="modulepreload" href="{view.root}{address}">' for address in module.imports]
    return {
        "styles": "\n".join(f'<link rel="stylesheet" href="{view.root}{style.address}">' for style in styles),
        "icon": view.root + asset(_ICON).address,
        "scripts": "\n".join(lines),
    }


def _messages(spec: PageSpec, texts: Texts, filling: Filling, values: Mapping[str, str]) -> dict[str, str]:
    """The two places of messages: above the form what to mend, instead of it how it went."""
    refused = [each.name for each in spec.fields if each.name in filling.errors]
    entries = "".join(
        f'<li><a href="#{name}">{short_name(texts.fields[name])}: {escape(filling.errors[name])}</a></li>'
        for name in refused
    )
    title = filling.alert or (texts.plain["errors_title"] if refused else "")
    listed = f"<ul>{entries}</ul>" if entries else ""
    # Without script nothing else moves the focus there.
    shown = " autofocus" if title else " hidden"
    return {
        "alert": f'<div class="alert" id="alert" role="group" aria-labelledby="alert-title" tabindex="-1"{shown}>'
        f'<h2 id="alert-title">{escape(title)}</h2>{listed}</div>',
        "result": Template(texts.script[filling.result]).substitute(values) if filling.result else "",
        "tone": ("good" if filling.good else "bad") if filling.result else "",
        "title_prefix": texts.plain["error_prefix"] + " " if title else "",
        # A link is pasted where there is no script that reads it from the address, or where that failed.
        "noscript": "" if filling.result or title else "<noscript>",
        "noscript_end": "" if filling.result or title else "</noscript>",
        "unless_done": " hidden" if filling.result and filling.good else "",
    }


@cache
def _template(name: str) -> str:
    return files("portal.pages").joinpath("templates", f"{name}.html").read_text(encoding="utf-8").rstrip()
