"""Which value each template parameter gets."""

from pathlib import Path

import pytest

from tools.local.errors import LocalStackError
from tools.local.parameters import architecture, check_known, merge, parse_assignments, read_environment


def test_assignments_are_split_as_a_shell_does() -> None:
    assert parse_assignments("""A=1 B="two words" C='' D=x=y""") == {"A": "1", "B": "two words", "C": "", "D": "x=y"}


@pytest.mark.parametrize("text", ["Name", "=1", "A-B=1", "A=1 B", 'A="1'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_assignments(text)


def test_an_environment_of_samconfig_is_read(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text('[local.deploy.parameters]\nparameter_overrides = ["A=1", "B=\\"two words\\"", "C=\\"\\""]\n')
    assert read_environment(file, "local") == {"A": "1", "B": "two words", "C": ""}
    assert read_environment(file, "dev") == {}
    assert read_environment(tmp_path / "missing.toml", "local") == {}


def test_overrides_in_one_string_are_read_too(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text('[local.deploy.parameters]\nparameter_overrides = "A=1 B=2"\n')
    assert read_environment(file, "local") == {"A": "1", "B": "2"}


def test_the_last_layer_wins() -> None:
    assert merge({"A": "1", "B": "1"}, {"B": "2", "C": "2"}, {"C": "3"}) == {"A": "1", "B": "2", "C": "3"}


def test_a_misspelt_parameter_is_named() -> None:
    with pytest.raises(LocalStackError, match="no parameter Oops; it has A, B"):
        check_known({"A": "1", "Oops": "2"}, ["B", "A"])


@pytest.mark.parametrize(
    ("machine", "name"), [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")]
)
def test_the_machine_gives_the_architecture(machine: str, name: str) -> None:
    assert architecture(machine) == name


def test_a_machine_that_lambda_does_not_have_is_refused() -> None:
    with pytest.raises(LocalStackError, match="riscv64"):
        architecture("riscv64")
