"""Fields of forms: label, hint, error and control, as WCAG 2.2 asks (1.3.1, 1.3.5, 3.3.1–3.3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

Need = Literal["mandatory", "voluntary", "either", "filter"]
Kind = Literal["text", "email", "tel", "password", "textarea", "consent", "radio", "select", "date", "hidden"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value that a form asks for.

    Args:
        name: in the form without script, in ids, and of its texts.
        pointer: where it stands in the API's document (RFC 6901).
        kind: of the control.
        autocomplete: token of WCAG 1.3.5.
        need: whether it may be left empty; ``either`` is one of several ways to say the same, a ``filter`` narrows down
            what is shown.
        inputmode: keyboard of touch screens.
        choices: values of a ``radio`` or ``select``; each has a text ``<value>``. A ``select`` that is a filter begins
            with the text ``all``, for no value.
        value: what the box of a ``consent`` sends, the version of a wording; a value of the template.
        machine: whether it is no prose: neither spell-checked nor capitalised.
    """

    name: str
    pointer: str
    kind: Kind = "text"
    autocomplete: str = ""
    need: Need = "mandatory"
    inputmode: str = ""
    choices: tuple[str, ...] = ()
    value: str = ""
    machine: bool = False

    @property
    def consents(self) -> bool:
        """Whether what is sent is the version of a wording, and sending it means consent."""
        return self.pointer.startswith("/consents/")

    @property
    def keeps_value(self) -> bool:
        """Whether what was typed is shown again after a refusal; passwords are not."""
        return self.kind != "password"


type FieldTexts = Mapping[str, str]


def field_markup(field: Field, texts: FieldTexts, optional: str) -> str:
    """Return a field's markup with ``$value_…`` and the like, which ``field_values`` fills.

    Args:
        field: to show.
        texts: ``label``, and ``hint`` where there is one; markup.
        optional: mark of voluntary fields.
    """
    if field.kind == "hidden":
        return f'<input type="hidden" name="{field.name}" value="$value_{field.name}"{_pointer(field)}>'
    if field.kind == "radio":
        return _radios(field, texts, optional)
    if field.kind == "consent":
        return _consent(field, texts)
    name = field.name
    return (
        f'<div class="field">\n<label for="{name}"{_name(texts)}>{_label(field, texts, optional)}</label>\n'
        f"{_hint(field, texts)}{_error(field)}"
        f"{_control(field, texts)}\n{_reveal(field, texts)}</div>"
    )


def field_values(field: Field, value: str, error: str) -> dict[str, str]:
    """Return what fills a field's markup.

    Args:
        field: shown.
        value: as typed.
        error: why it is refused, plain text; empty where it is not.
    """
    name = field.name
    filled = {
        f"value_{name}": escape(value) if field.keeps_value else "",
        f"error_{name}": escape(error),
        f"quiet_{name}": "" if error else " hidden",
        f"invalid_{name}": ' aria-invalid="true"' if error else "",
        f"checked_{name}": " checked" if value else "",
    }
    mark = " selected" if field.kind == "select" else " checked"
    chosen = {f"checked_{name}_{choice}": mark if value == choice else "" for choice in field.choices}
    return filled | chosen


def short_name(texts: FieldTexts) -> str:
    """Return what the summary of errors calls a field."""
    return texts.get("name", texts["label"])


def _name(texts: FieldTexts) -> str:
    return f' data-name="{short_name(texts)}"'


def _label(field: Field, texts: FieldTexts, optional: str) -> str:
    mark = f' <span class="optional">{optional}</span>' if field.need == "voluntary" else ""
    return texts["label"] + mark


def _hint(field: Field, texts: FieldTexts) -> str:
    return f'<p class="hint" id="{field.name}-hint">{texts["hint"]}</p>\n' if "hint" in texts else ""


def _error(field: Field) -> str:
    return f'<p class="error" id="{field.name}-error"$quiet_{field.name}>$error_{field.name}</p>\n'


def _described(field: Field, texts: FieldTexts) -> str:
    ids = [f"{field.name}-hint"] if "hint" in texts else []
    return f' aria-describedby="{" ".join([*ids, f"{field.name}-error"])}"$invalid_{field.name}'


def _required(field: Field) -> str:
    return " required" if field.need == "mandatory" else ""


def _pointer(field: Field) -> str:
    return f' data-pointer="{field.pointer}"'


def _control(field: Field, texts: FieldTexts) -> str:
    name = field.name
    attributes = f'id="{name}" name="{name}"'
    if field.autocomplete:
        attributes += f' autocomplete="{field.autocomplete}"'
    if field.inputmode:
        attributes += f' inputmode="{field.inputmode}"'
    if field.machine or field.kind in {"email", "password", "textarea"}:
        attributes += ' autocapitalize="none" spellcheck="false"'
    attributes += _required(field)
    attributes += _described(field, texts) + _pointer(field)
    if field.kind == "textarea":
        return f'<textarea rows="4" {attributes}>$value_{name}</textarea>'
    if field.kind == "select":
        return f"<select {attributes}>\n{_options(field, texts)}\n</select>"
    return f'<input type="{field.kind}" {attributes} value="$value_{name}">'


def _options(field: Field, texts: FieldTexts) -> str:
    every = [f'<option value="">{texts["all"]}</option>'] if field.need == "filter" else []
    own = [
        f'<option value="{choice}"$checked_{field.name}_{choice}>{texts[choice]}</option>' for choice in field.choices
    ]
    return "\n".join([*every, *own])


def _reveal(field: Field, texts: FieldTexts) -> str:
    """A password can be shown (ASVS 6.2.6); the box has no name, so it is never sent."""
    if field.kind != "password":
        return ""
    name = field.name
    return (
        f'<div class="choice scripted"><input type="checkbox" id="{name}-reveal" data-reveals="{name}">'
        f'<label for="{name}-reveal">{texts["reveal"]}</label></div>\n'
    )


def _consent(field: Field, texts: FieldTexts) -> str:
    name = field.name
    return (
        f'<div class="field">\n{_error(field)}<div class="choice"><input type="checkbox" id="{name}" name="{name}" '
        f'value="{field.value}" required{_described(field, texts)}$checked_{name}{_pointer(field)} data-consent>'
        f'<label for="{name}"{_name(texts)}>{texts["label"]}</label></div>\n{_hint(field, texts)}</div>'
    )


def _radios(field: Field, texts: FieldTexts, optional: str) -> str:
    name = field.name
    boxes = "\n".join(
        f'<div class="choice"><input type="radio" id="{name}-{choice}" name="{name}" value="{choice}"{_required(field)}'
        f'{_described(field, texts)}$checked_{name}_{choice}{_pointer(field)}><label for="{name}-{choice}">'
        f"{texts[choice]}</label></div>"
        for choice in field.choices
    )
    return (
        f'<fieldset class="field choices" id="{name}" tabindex="-1">\n'
        f"<legend{_name(texts)}>{_label(field, texts, optional)}</legend>\n"
        f"{_hint(field, texts)}{_error(field)}{boxes}\n</fieldset>"
    )
