"""What ``sam build`` makes: it holds all that the functions import, and nothing else."""

import importlib.util
import ssl
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from botocore.session import Session

from portal.adapters.aws import Service
from tests.support.stack import built_layer, shared_stack
from tests.support.template import ROOT, functions, logical_id, template

LOAD = (
    "import sys, runpy; sys.path[:0] = [{layer!r}]; "
    "module = runpy.run_path({app!r}); assert callable(module['handler'])"
)
EVERY_ENDPOINT = "; [route.load() for route in module.get('ROUTES', ())]"


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
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert [path.name for path in files] == ["app.cpython-313.pyc", "app.py"]
    assert has_unchecked_bytecode(folder / "app.py")


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


def has_unchecked_bytecode(source: Path) -> bool:
    """PEP 552: the flags after the magic number say unchecked hash, so the source is not even looked at."""
    code = Path(importlib.util.cache_from_source(str(source))).read_bytes()
    return code[:4] == importlib.util.MAGIC_NUMBER and int.from_bytes(code[4:8], "little") == 0b01


def test_all_python_of_the_layer_comes_with_bytecode_that_no_time_stamp_makes_stale() -> None:
    layer = built_layer(shared_stack().state)
    sources = [path for path in layer.rglob("*.py") if path.parent.name != "__pycache__"]
    assert len(sources) > 1_000
    assert [source for source in sources if not has_unchecked_bytecode(source)] == []


def test_no_path_of_the_machine_that_built_it_is_shipped() -> None:
    stack = shared_stack()
    for code in (stack.state / "build").rglob("*.pyc"):
        assert str(ROOT).encode() not in code.read_bytes(), code


def test_the_roots_of_aws_lie_where_the_functions_look_for_them() -> None:
    variable = template()["Globals"]["Function"]["Environment"]["Variables"]["AWS_CA_BUNDLE"]
    (path,) = [value for value in variable["Fn::If"] if str(value).startswith("/opt/")]
    file = built_layer(shared_stack().state).parent / Path(path).relative_to("/opt")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(file)
    assert len(context.get_ca_certs()) == 5


def test_models_of_other_services_are_left_out_and_every_region_keeps_its_addresses() -> None:
    """A region without its partition would silently get addresses of another one."""
    data = built_layer(shared_stack().state) / "botocore/data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == set(get_args(Service))
    whole, trimmed = Session(), Session()
    trimmed.get_component("data_loader").search_paths[:] = [str(data)]
    assert trimmed.get_available_partitions() == whole.get_available_partitions()
    regions = [
        (service, region)
        for partition in whole.get_available_partitions()
        for service in get_args(Service)
        for region in whole.get_available_regions(service, partition, allow_non_regional=True)
    ]
    assert len(regions) > 100
    for service, region in regions:
        found = [
            session.create_client(service, region, aws_access_key_id="a", aws_secret_access_key="b").meta.endpoint_url
            for session in (whole, trimmed)
        ]
        assert found[0] == found[1], (service, region)
