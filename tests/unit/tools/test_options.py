"""The command line of the local stack."""

from pathlib import Path

import pytest

from tools.local.options import PROJECT, parse_options


def test_defaults_keep_everything_in_the_checkout() -> None:
    options = parse_options(["run"])
    assert (options.port, options.parameters, options.fresh, options.persist) == (8080, {}, False, True)
    assert (options.state, options.record) == (PROJECT / ".local/run", None)


def test_everything_can_be_chosen(tmp_path: Path) -> None:
    arguments = ["run", "--port", "0", "--param", "A=1 B=2", "--state", str(tmp_path), "--fresh", "--no-persist"]
    options = parse_options([*arguments, "--record", str(tmp_path / "calls")])
    assert (options.port, options.parameters) == (0, {"A": "1", "B": "2"})
    assert (options.state, options.fresh, options.persist) == (tmp_path, True, False)
    assert options.record == tmp_path / "calls"


@pytest.mark.parametrize("wrong", [["--port", "65536"], ["--port", "x"], ["--param", "A"], ["--unknown"]])
def test_a_mistake_ends_the_program(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options(["run", *wrong])
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
