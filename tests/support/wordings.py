"""Terms and privacy notice as the portal of the tests shows them."""

from portal.domain.consent import FACTS, ConsentKind
from portal.domain.mail import Language
from portal.domain.wording import Wording, current_wording
from tests.support.template import ROOT
from tools.local.parameters import read_environment


def parameter_of(fact: str) -> str:
    """Return the name of the parameter that a fact comes from."""
    return "".join(word.capitalize() for word in fact.split("_"))


def facts_of(environment: str) -> dict[str, str]:
    """Return the facts of an environment of ``samconfig.toml``."""
    given = read_environment(ROOT / "samconfig.toml", environment)
    return {fact: given[parameter_of(fact)] for fact in FACTS}


SHOWN = facts_of("local")


def shown(kind: ConsentKind, language: Language = "de") -> Wording:
    """Return the wording in force with the facts of the local stack."""
    return current_wording(kind, language, SHOWN)
