"""The first deployment: no placeholder goes to production, and the checklist names every parameter."""

import re

import pytest

from tests.support.rules import broken_rules
from tests.support.template import ROOT, template
from tools.local.parameters import read_environment

SAMCONFIG = ROOT / "samconfig.toml"
PLACEHOLDERS = read_environment(SAMCONFIG, "prod")
REAL = {
    **PLACEHOLDERS,
    "PublicUrl": "https://portal.inkasso-nord.test",
    "DomainName": "portal.inkasso-nord.test",
    "CertificateArn": "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    "CompanyName": "Inkasso Nord GmbH",
    "CompanyAddress": "Hafenstraße 7, 20457 Hamburg",
    "ContactEmail": "portal@inkasso-nord.test",
    "ContactPhone": "+49 40 1234567",
    "CompanyRepresentatives": "Hinrich Ohlsen",
    "CompanyRegister": "Amtsgericht Hamburg, HRB 98765",
    "ProfessionalAuthority": "Bundesamt für Justiz, Bonn",
    "VatId": "",
    "DataProtectionEmail": "datenschutz@inkasso-nord.test",
    "SupervisoryAuthority": "Der Hamburgische Beauftragte für Datenschutz und Informationsfreiheit, Hamburg",
    "PlaceOfJurisdiction": "Hamburg",
    "SecurityContact": "mailto:sicherheit@inkasso-nord.test",
    "SenderDomain": "inkasso-nord.test",
    "SenderAddress": "portal@inkasso-nord.test",
}
LEFT = sorted(name for name in REAL if REAL[name] != PLACEHOLDERS[name])


def test_production_with_values_of_its_own_is_deployed() -> None:
    assert broken_rules(REAL) == []
    assert not [value for value in REAL.values() if re.search(r"example|Muster|Beispiel|0{12}", value)]


def test_production_as_it_comes_is_refused_for_each_placeholder() -> None:
    assert len(broken_rules(PLACEHOLDERS)) == len(LEFT)


@pytest.mark.parametrize("name", LEFT)
def test_one_placeholder_that_is_left_stops_production_and_is_named(name: str) -> None:
    (description,) = broken_rules({**REAL, name: PLACEHOLDERS[name]})
    assert description.startswith(f"{name} is a placeholder; give ")


@pytest.mark.parametrize("environment", ["local", "dev"])
@pytest.mark.parametrize("name", LEFT)
def test_a_placeholder_taken_over_from_another_environment_stops_production_too(name: str, environment: str) -> None:
    value = read_environment(SAMCONFIG, environment)[name]
    if value:
        assert broken_rules({**REAL, name: value})


@pytest.mark.parametrize("environment", ["local", "dev"])
def test_elsewhere_placeholders_do(environment: str) -> None:
    assert broken_rules(read_environment(SAMCONFIG, environment)) == []


def test_an_address_is_needed_and_a_domain_needs_a_certificate() -> None:
    assert len(broken_rules({**REAL, "PublicUrl": "", "DomainName": ""})) == 1
    assert len(broken_rules({**REAL, "CertificateArn": ""})) == 1
    assert broken_rules({**REAL, "DomainName": "", "CertificateArn": ""}) == []


def test_the_checklist_names_every_parameter_once_and_no_other() -> None:
    table = (ROOT / "docs/operations.md").read_text().partition("## Parameters")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(template()["Parameters"])


def test_what_the_checklist_reads_from_the_stack_is_an_output() -> None:
    checklist = (ROOT / "docs/operations.md").read_text().partition("## First deployment")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:Dkim|MailFrom|Domain|Api)\w*(?:Record\d?|Target|TargetZone|Url))`", checklist))
    conditional = {name for name, output in template()["Outputs"].items() if "Condition" in output}
    assert named == {*conditional, "ApiUrl"}
