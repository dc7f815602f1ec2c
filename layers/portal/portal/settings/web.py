"""Settings of the function ``web``."""

from dataclasses import dataclass

from portal.settings.site import WordingSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class WebSettings(WordingSettings):
    """Function ``web``; what the imprint says besides (DDG section 5)."""

    contact_phone: str
    company_representatives: str
    company_register: str
    professional_authority: str
    vat_id: str | None

    @property
    def page_facts(self) -> dict[str, str]:
        """Everything that pages say of the company, by name; empty where there is none."""
        own = ("contact_phone", "company_representatives", "company_register", "professional_authority", "vat_id")
        return {**self.wording_facts, **{name: getattr(self, name) or "" for name in own}}
