"""What pages and wordings say of the portal and of the company."""

from dataclasses import dataclass

from portal.domain.consent import FACTS


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class SiteSettings:
    """What pages say of the portal and of who runs it. Without slots: functions join it with other bases."""

    portal_name: str
    company_name: str
    company_address: str


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class WordingSettings(SiteSettings):
    """What the wordings of terms and privacy notice say besides about who runs the portal, and promise."""

    contact_email: str
    data_protection_email: str
    supervisory_authority: str
    place_of_jurisdiction: str
    region_name: str
    log_retention_days: int
    evidence_retention_years: int
    unactivated_account_days: int
    idle_account_days: int
    closing_notice_days: int

    @property
    def wording_facts(self) -> dict[str, str]:
        """By name, as they stand in the texts."""
        return {name: str(getattr(self, name)) for name in FACTS}
