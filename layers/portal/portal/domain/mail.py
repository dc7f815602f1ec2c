"""A mail as a person reads it."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class Mail:
    """Subject and the two bodies of equal content; addressing is the sender's business."""

    subject: str
    text: str
    html: str
