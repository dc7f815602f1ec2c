import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

import portal
from portal.domain.bank import BankDetails, masked_account_number, masked_iban
from portal.domain.bank_resolution import SEPA_COUNTRIES, BankInput, BankWarning, ResolvedBank, resolve
from portal.domain.errors import InvalidInput

IBAN = "DE89370400440532013000"
COMMERZBANK = BankDetails(IBAN, "COBADEFFXXX", "0532013000", "37040044", "Commerzbank")
PAIR = {"account_number": "532013000", "bank_code": "37040044"}
UNKNOWN_GERMAN_BANK = "DE44999999990532013000"
UNKNOWN_AUSTRIAN_BANK = "AT611904300234573201"


def refusals(**members: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        resolve(BankInput(**members))
    assert not any(len(value) > 3 and value in str(caught.value) for value in members.values())
    return sorted((error.pointer, error.code.value) for error in caught.value.errors)


def test_the_module_loads_without_the_registry() -> None:
    layer = Path(portal.__file__).parents[1]
    program = "import sys, portal.domain.bank_resolution; sys.exit('schwifty' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=layer, check=False)
    assert done.returncode == 0


def test_an_iban_alone_suffices() -> None:
    assert resolve(BankInput(iban=IBAN)) == ResolvedBank(COMMERZBANK)


def test_a_german_account_number_and_bank_code_suffice() -> None:
    assert resolve(BankInput(**PAIR)) == ResolvedBank(COMMERZBANK)


@pytest.mark.parametrize(
    "typed",
    [
        "DE89 3704 0044 0532 0130 00",
        "  de89370400440532013000\t",
        "IBAN DE89 3704 0044 0532 0130 00",
        "iban: DE89-3704-0044-0532-0130-00",
        "DE89.3704.0044.0532.0130.00",
        "DE89/3704/0044/0532/0130/00",
        "DE89\u00a03704\u20090044\u202f0532\u20070130\u300000",
        "DE89\u20113704\u20130044\u20140532\u22120130\u200b00",
        "\uff24\uff258937040044\uff10532013000",
    ],
)
def test_an_iban_is_read_in_the_notations_people_use(typed: str) -> None:
    assert resolve(BankInput(iban=typed)).details == COMMERZBANK


@pytest.mark.parametrize("account_number", ["532013000", "0532013000", "0000532013000", "532 013 000", "53.2013-000"])
@pytest.mark.parametrize("bank_code", ["37040044", "370 400 44", "370-400/44", "\uff1370400\u00a044"])
def test_a_pair_is_read_in_the_notations_people_use(account_number: str, bank_code: str) -> None:
    assert resolve(BankInput(account_number=account_number, bank_code=bank_code)).details == COMMERZBANK


def test_a_short_account_number_is_padded_to_ten_digits() -> None:
    details = resolve(BankInput(account_number="99", bank_code="370 400 44")).details
    assert (details.account_number, details.iban[4:]) == ("0000000099", "370400440000000099")


def test_a_blank_member_counts_as_not_given() -> None:
    blank = BankInput(iban=IBAN, account_number="", bank_code=" ", bic="\u00a0", bank_name="\t\n")
    assert resolve(blank) == ResolvedBank(COMMERZBANK)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [("/iban", "required")]),
        ({"iban": " ", "bank_name": "Commerzbank"}, [("/iban", "required")]),
        ({"bic": "COBADEFF"}, [("/iban", "required")]),
        ({"account_number": "532013000"}, [("/bank_code", "required")]),
        ({"bank_code": "37040044"}, [("/account_number", "required")]),
        (
            {"bank_code": "3704", "account_number": ""},
            [("/account_number", "required"), ("/bank_code", "bank_code_invalid")],
        ),
    ],
)
def test_what_is_missing_is_named(members: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert refusals(**members) == expected


@pytest.mark.parametrize(
    "iban",
    [
        "DE88370400440532013000",  # check digits
        "DE8937040044053201300",  # too short
        "DE893704004405320130000",  # too long
        "DE8937040044O532013000",  # a letter
        "DE68370400440000000000",  # account number of zeros
        "DE89",
        "IBAN",
        "---",
        "532013000",
        "DE\u0668\u0669370400440532013000",  # Arabic-Indic digits
        "DE89\u0967704004405320130000",
        "D\u00df89370400440532013000",  # upper-cases to two letters
        "DE89370400440532013000\x00",
        "DE89" + " " * 400 + "370400440532013000",
    ],
)
def test_what_is_no_iban_is_refused(iban: str) -> None:
    assert refusals(iban=iban) == [("/iban", "iban_invalid")]


@pytest.mark.parametrize(
    "iban", ["TR330006100519786457841326", "GE29NB0000000101904917", "BR1800360305000010009795493C1"]
)
def test_a_country_outside_sepa_is_refused(iban: str) -> None:
    assert refusals(iban=iban) == [("/iban", "iban_country_unsupported")]


@pytest.mark.parametrize("territory", ["GP", "RE", "JE", "IM", "AX", "FO", "GL", "XK"])
def test_a_territory_is_no_prefix_of_its_own(territory: str) -> None:
    assert refusals(iban=territory + "7630006000011234567890189") == [("/iban", "iban_country_unsupported")]


def test_the_countries_that_joined_last_are_in_sepa() -> None:
    assert {"AL", "MD", "ME", "MK", "RS", "AD", "CH", "GB", "GI", "MC", "SM", "VA"} <= SEPA_COUNTRIES
    assert len(SEPA_COUNTRIES) == 42


def test_a_french_bank_of_the_pacific_is_outside_sepa() -> None:
    noumea = "FR7614158000010123456789044"
    assert refusals(iban=noumea) == [("/iban", "iban_country_unsupported")]
    assert refusals(iban="FR1420041010050500013M02606", bic="BCADNCNN") == [("/iban", "iban_country_unsupported")]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"bank_code": "3704004"}, ("/bank_code", "bank_code_invalid")),
        ({"bank_code": "370400440"}, ("/bank_code", "bank_code_invalid")),
        ({"bank_code": "3704004X"}, ("/bank_code", "bank_code_invalid")),
        ({"bank_code": "\u0663704004\u0664"}, ("/bank_code", "bank_code_invalid")),
        ({"bank_code": "99999999"}, ("/bank_code", "bank_code_unknown")),
        ({"account_number": "0"}, ("/account_number", "account_number_invalid")),
        ({"account_number": "0000000000"}, ("/account_number", "account_number_invalid")),
        ({"account_number": "12345678901"}, ("/account_number", "account_number_invalid")),
        ({"account_number": "532013000X"}, ("/account_number", "account_number_invalid")),
        ({"account_number": "--"}, ("/account_number", "account_number_invalid")),
        ({"account_number": "\u0665\u0663\u0662"}, ("/account_number", "account_number_invalid")),
    ],
)
def test_a_pair_that_cannot_be_german_is_refused(members: dict[str, str], expected: tuple[str, str]) -> None:
    assert refusals(**PAIR | members) == [expected]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [("/iban", "bank_code_unknown")]),
        ({"bank_code": "99999999"}, [("/bank_code", "bank_code_unknown")]),
        ({"bank_code": "37040044"}, [("/bank_code", "bank_details_disagree"), ("/iban", "bank_code_unknown")]),
        ({"bic": "COBADEFF"}, [("/iban", "bank_code_unknown")]),
    ],
)
def test_an_unknown_german_bank_is_refused_where_it_was_typed(
    members: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert refusals(iban=UNKNOWN_GERMAN_BANK, **members) == expected


def test_everything_that_agrees_may_be_given_together() -> None:
    assert resolve(BankInput(IBAN, "532013000", "370 400 44", "cobadeff", "Coba")) == ResolvedBank(COMMERZBANK)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"account_number": "532013001"}, "/account_number"),
        ({"account_number": "5320130"}, "/account_number"),
        ({"bank_code": "10050000"}, "/bank_code"),
        ({"bic": "BNPAFRPP"}, "/bic"),
        ({"bic": "RABONL2U"}, "/bic"),
    ],
)
def test_the_member_that_disagrees_with_the_iban_is_named(members: dict[str, str], pointer: str) -> None:
    assert refusals(iban=IBAN, **members) == [(pointer, "bank_details_disagree")]


def test_all_errors_are_told_at_once() -> None:
    wrong = refusals(iban="DE00", account_number="0", bank_code="1", bic="X", bank_name="\x07")
    assert wrong == [
        ("/account_number", "account_number_invalid"),
        ("/bank_code", "bank_code_invalid"),
        ("/bank_name", "control_character"),
        ("/bic", "bic_invalid"),
        ("/iban", "iban_invalid"),
    ]


def test_a_german_bic_is_looked_up_even_beside_a_broken_iban() -> None:
    assert refusals(iban="DE88370400440532013000", bic="ABCDDEFFXXX", bank_code="99999999") == [
        ("/bank_code", "bank_code_unknown"),
        ("/bic", "bic_invalid"),
        ("/iban", "iban_invalid"),
    ]


@pytest.mark.parametrize("bic", ["COBADEFF", "COBADEFFXXX", "cobadeffxxx", "COBA DE FF XXX", "COBA-DE-FF"])
def test_the_banks_bic_is_stored_as_the_registry_writes_it(bic: str) -> None:
    assert resolve(BankInput(iban=IBAN, bic=bic)) == ResolvedBank(COMMERZBANK)


@pytest.mark.parametrize("bic", ["COBADEF", "COBADEFFX", "COBADE", "COBA1EFF", "COBAQQFF", "COBADEFF\u0663XX", "?"])
def test_a_bic_of_wrong_form_is_refused(bic: str) -> None:
    assert refusals(iban=IBAN, bic=bic) == [("/bic", "bic_invalid")]


def test_a_bic_is_not_read_into_letters_that_only_upper_case_makes() -> None:
    assert refusals(iban="SE4550000000058398257466", bic="e\u00dfese\u00df") == [("/bic", "bic_invalid")]


def test_of_several_registered_bics_a_german_bank_gets_its_primary_one() -> None:
    volksbank = resolve(BankInput(account_number="1234567", bank_code="47860125"))
    assert volksbank.details.bic == "GENODEM1GTL"


def test_a_german_bic_that_does_not_exist_is_refused() -> None:
    assert refusals(bic="ABCDDEFFXXX", **PAIR) == [("/bic", "bic_invalid")]


def test_the_existing_bic_of_another_bank_is_kept_with_a_warning() -> None:
    resolved = resolve(BankInput(iban=IBAN, bic="genodem1gls"))
    assert resolved.details.bic == "GENODEM1GLS"
    assert resolved.warnings == (BankWarning.BIC_DEVIATES,)


def test_a_branchs_bic_of_the_same_bank_code_is_kept_without_a_warning() -> None:
    deutsche_bank = {"account_number": "1234567897", "bank_code": "20070024"}
    branch = resolve(BankInput(bic="DEUTDEDB200", **deutsche_bank))
    assert branch.details.bic == "DEUTDEDB200"
    assert resolve(BankInput(**deutsche_bank)).details.bic == "DEUTDEDBHAM"
    assert BankWarning.BIC_DEVIATES not in branch.warnings


def test_a_failed_account_check_only_warns() -> None:
    resolved = resolve(BankInput(account_number="532013100", bank_code="37040044"))
    assert resolved.details.account_number == "0532013100"
    assert resolved.warnings == (BankWarning.ACCOUNT_CHECK_FAILED,)


def test_a_failed_account_check_abroad_only_warns() -> None:
    assert resolve(BankInput(iban="IT40S0542811101000000123456")).warnings == (BankWarning.ACCOUNT_CHECK_FAILED,)
    assert resolve(BankInput(iban="IT60X0542811101000000123456")).warnings == ()


@pytest.mark.parametrize(
    ("iban", "bic", "account_number", "bank_code"),
    [
        ("GB29NWBK60161331926819", "NWBKGB2LXXX", "31926819", "NWBK601613"),
        ("FR1420041010050500013M02606", "PSSTFRPP", "0500013M026", "2004101005"),
        ("IT60X0542811101000000123456", "BLOPIT22", "000000123456", "0542811101"),
        ("ES9121000418450200051332", "CAIXESBB", "0200051332", "21000418"),
        ("NL91ABNA0417164300", "ABNANL2A", "0417164300", "ABNA"),
        ("NO9386011117947", "DABANO22", "111794", "8601"),
        ("CZ6508000000192000145399", "GIBACZPX", "0000192000145399", "0800"),
        ("PL61109010140000071219812874", "WBKPPLPPXXX", "0000071219812874", "10901014"),
    ],
)
def test_a_known_foreign_bank_is_filled_in(iban: str, bic: str, account_number: str, bank_code: str) -> None:
    details = resolve(BankInput(iban=iban)).details
    assert (details.bic, details.account_number, details.bank_code) == (bic, account_number, bank_code)
    assert details.bank_name


@pytest.mark.parametrize(
    ("iban", "account_number", "bank_code"),
    [
        ("GB29NWBK60161331926819", "31926819", "60-16-13"),  # sort code
        ("NO9386011117947", "8601 11 17947", "8601"),  # with bank and check digit
        ("CZ6508000000192000145399", "19-2000145399", "0800"),  # with prefix
        ("FR1420041010050500013M02606", "0500013m026", "20041"),
        ("IT60X0542811101000000123456", "123456", "05428 11101"),
        ("HU42117730161111101800000000", "11773016-11111018-00000000", "117-7301"),
    ],
)
def test_a_foreign_pair_agrees_in_the_notation_of_its_country(iban: str, account_number: str, bank_code: str) -> None:
    alone = resolve(BankInput(iban=iban))
    assert resolve(BankInput(iban=iban, account_number=account_number, bank_code=bank_code)) == alone


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"account_number": "31926818"}, ("/account_number", "bank_details_disagree")),
        ({"account_number": "1926819"}, ("/account_number", "bank_details_disagree")),
        ({"account_number": "601613"}, ("/account_number", "bank_details_disagree")),  # the sort code
        ({"bank_code": "601614"}, ("/bank_code", "bank_details_disagree")),
        ({"bank_code": "31926819"}, ("/bank_code", "bank_details_disagree")),  # the account number
        ({"account_number": "?"}, ("/account_number", "account_number_invalid")),
        ({"bank_code": "60+16"}, ("/bank_code", "bank_code_invalid")),
    ],
)
def test_a_foreign_pair_that_is_not_in_the_iban_is_refused(members: dict[str, str], expected: tuple[str, str]) -> None:
    assert refusals(iban="GB29NWBK60161331926819", **members) == [expected]


def test_an_unknown_foreign_bank_needs_bic_and_name() -> None:
    assert refusals(iban=UNKNOWN_AUSTRIAN_BANK) == [("/bank_name", "required"), ("/bic", "required")]
    given = BankInput(iban=UNKNOWN_AUSTRIAN_BANK, bic="abcdatww", bank_name="  Bank fu\u0308r Tirol ")
    expected = BankDetails(UNKNOWN_AUSTRIAN_BANK, "ABCDATWW", "00234573201", "19043", "Bank f\u00fcr Tirol")
    assert resolve(given) == ResolvedBank(expected)


def test_a_known_foreign_bank_without_a_registered_bic_needs_only_that() -> None:
    ucv = "BE02102123456740"
    assert refusals(iban=ucv) == [("/bic", "required")]
    assert resolve(BankInput(iban=ucv, bic="ABCDBEBB")).details.bank_name.startswith("Uitwisselingscentrum")


@pytest.mark.parametrize(
    ("iban", "bic"),
    [
        ("FR1420041010050500013M02606", "AGRIGPGX"),
        ("FR1420041010050500013M02606", "BNPAMQMXXXX"),
        ("GB29NWBK60161331926819", "NWBKJESX"),
        ("GB29NWBK60161331926819", "RBOSGGSX"),
        ("FI2112345600000785", "AABAAX2M"),
    ],
)
def test_a_territorys_bic_goes_with_the_iban_of_its_mother_country(iban: str, bic: str) -> None:
    resolved = resolve(BankInput(iban=iban, bic=bic))
    assert (resolved.details.bic, resolved.warnings) == (bic, (BankWarning.BIC_DEVIATES,))


@pytest.mark.parametrize("bic", ["NWBKIE2D", "COBADEFF", "AGRIGPGX"])
def test_a_bic_of_another_country_disagrees_with_a_foreign_iban(bic: str) -> None:
    assert refusals(iban="GB29NWBK60161331926819", bic=bic) == [("/bic", "bank_details_disagree")]


def test_a_bank_may_have_its_registered_bic_in_another_country() -> None:
    run_from_brussels = "HU10126000161111101800000000"
    assert resolve(BankInput(iban=run_from_brussels)).details.bic == "TRWIBEBB"
    assert resolve(BankInput(iban=run_from_brussels, bic="TRWIBEBBXXX")).warnings == ()
    assert resolve(BankInput(iban=run_from_brussels, bic="TRWIBEB1XXX")).warnings == (BankWarning.BIC_DEVIATES,)


@pytest.mark.parametrize(
    ("bank_name", "code"),
    [
        ("B" * 81, "too_long"),
        ("\u03b1\u0313\u0300\u0345" * 81, "too_long"),  # four code points a character
        ("a\u0301" * 20_000, "too_long"),
        ("Bank\nTirol", "control_character"),
        ("Bank\x00", "control_character"),
        ("Bank\u202eloriT", "control_character"),
    ],
)
@pytest.mark.parametrize("iban", [IBAN, UNKNOWN_AUSTRIAN_BANK])
def test_a_bank_name_keeps_to_its_rule(iban: str, bank_name: str, code: str) -> None:
    assert ("/bank_name", code) in refusals(iban=iban, bank_name=bank_name)


def test_eighty_characters_are_counted_after_composing_them() -> None:
    typed = BankInput(iban=UNKNOWN_AUSTRIAN_BANK, bic="ABCDATWW", bank_name="a\u0301" * 80)
    assert resolve(typed).details.bank_name == "\u00e1" * 80


def test_a_long_name_of_the_registry_is_cut_at_a_word() -> None:
    bawag = resolve(BankInput(iban="AT231400000234573201")).details
    assert len(bawag.bank_name) <= 80
    assert bawag.bank_name.endswith("\u2026")


@pytest.mark.parametrize(
    "hostile", [" ", "0", "-", "D", "\u00a0", "\ufdfa", "\u0301\u0316", "IBAN", "\U0001d7ce", "\ud800"]
)
def test_thirty_two_kibibytes_of_anything_are_answered_in_milliseconds(hostile: str) -> None:
    text = hostile * (32_768 // len(hostile))
    resolve(BankInput(iban=IBAN))
    started = perf_counter()
    with pytest.raises(InvalidInput):
        resolve(BankInput(text, text, text, text, text))
    assert perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        (IBAN, "******************3000"),
        ("NO9386011117947", "***********7947"),
    ],
)
def test_a_masked_iban_shows_its_last_four_characters(plain: str, masked: str) -> None:
    assert masked_iban(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"),
    [("0532013000", "******3000"), ("111794", "***794"), ("1234", "**34"), ("12", "*2"), ("1", "*"), ("", "")],
)
def test_a_masked_account_number_never_shows_everything(plain: str, masked: str) -> None:
    assert masked_account_number(plain) == masked
