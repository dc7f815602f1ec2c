"""What ``sam build`` makes: it holds all that the functions import, and nothing else."""

import subprocess
import sys

import pytest

from tests.support.stack import built_layer, shared_stack
from tests.support.template import functions, resources

LOAD = (
    "import sys, runpy; sys.path[:0] = [{layer!r}]; "
    "module = runpy.run_path({app!r}); assert callable(module['handler'])"
)
EVERY_ENDPOINT = "; [route.load() for route in module.get('ROUTES', ())]"


def logical_id(name: str) -> str:
    (found,) = [key for key, value in resources("AWS::Serverless::Function").items() if value["CodeUri"].endswith(name)]
    return found


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_runs_on_the_built_layer_alone(name: str) -> None:
    """Isolated mode: no site packages but the layer, so a dependency that it lacks shows."""
    state = shared_stack().state
    app = state / "build" / logical_id(name) / "app.py"
    code = (LOAD + EVERY_ENDPOINT).format(layer=str(built_layer(state)), app=str(app))
    variables = [*functions()[name]["Environment"]["Variables"], "ISSUER"]
    environment = {variable: "A" if variable.endswith("_SLOT") else "1" for variable in variables}
    command = [sys._base_executable, "-I", "-S", "-c", code]  # type: ignore[attr-defined]  # noqa: SLF001 - CPython's name
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_ships_its_handler_and_nothing_else(name: str) -> None:
    folder = shared_stack().state / "build" / logical_id(name)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["app.py"]


def test_the_layer_ships_no_tests_and_no_tools() -> None:
    layer = built_layer(shared_stack().state)
    assert (layer / "portal/pages/templates/shell.html").exists()
    assert (layer / "portal/pages/texts/common.toml").exists()
    assert (layer / "portal/pages/static/portal.css").exists()
    assert (layer / "portal/domain/wordings/terms").exists()
    assert (layer / "portal/domain/base_rates.toml").exists()
    assert (layer / "portal/http/openapi.json").exists()
    assert not [name for name in ("pytest", "moto", "aiohttp", "mypy", "tests", "tools") if (layer / name).exists()]
    assert not list(layer.rglob(".git*"))
