"""Text that a person typed."""

import unicodedata

from portal.domain.errors import FieldCode, Refused

# Cc control, Cs lone surrogate, Zl and Zp line and paragraph separators: none belongs in a line of text,
# and each has broken a mail header or a log line somewhere.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Bidirectional overrides and isolates make a text read differently from what it is.
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_line(value: str, max_length: int) -> str:
    """Return one line of text, trimmed and in NFC.

    Args:
        value: as received.
        max_length: in code points after trimming and NFC.

    Raises:
        Refused: ``required`` when nothing is left, ``too_long``, ``control_character``.
    """
    if any(unicodedata.category(sign) in _REFUSED_CATEGORIES or sign in _BIDIRECTIONAL for sign in value):
        raise Refused(FieldCode.CONTROL_CHARACTER)
    cleaned = unicodedata.normalize("NFC", value).strip()
    if not cleaned:
        raise Refused(FieldCode.REQUIRED)
    if len(cleaned) > max_length:
        raise Refused(FieldCode.TOO_LONG)
    return cleaned
