"""What `sam build` leaves out of the layer: nothing that anything reads."""

import ast
import importlib.util
import re
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import botocore
import pytest
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.session import Session

from portal.adapters.aws import Service
from portal.adapters.dynamodb.items import from_item, to_item
from tests.support.template import ROOT, resources, template


def build_layer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_layer", ROOT / "layers/portal/build_layer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_services_that_are_called_are_those_whose_models_are_kept() -> None:
    assert set(get_args(Service)) == build_layer().OPERATIONS.keys()


def calls() -> Iterator[tuple[str, str]]:
    """Yield service and operation of each call that the adapters spell."""
    for path in (ROOT / "layers/portal/portal/adapters").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
                service, operation = node.args[:2]
                assert isinstance(service, ast.Constant), path
                # The adapter of the bucket names some of them elsewhere: the model of S3 stays whole.
                if isinstance(operation, ast.Constant):
                    yield str(service.value), str(operation.value)
                else:
                    assert service.value == "s3", path


def test_models_keep_what_is_called_and_nothing_else() -> None:
    called = set(calls())
    kept = {(service, xform_name(name)) for service, names in build_layer().OPERATIONS.items() for name in names}
    assert kept - called == {("dynamodb", "describe_endpoints")}
    assert {service for service, _ in called - kept} <= {"s3"}


def whole_model(service: str) -> dict[str, Any]:
    model: dict[str, Any] = Session().get_component("data_loader").load_service_model(service, "service-2")
    return model


@pytest.mark.parametrize("service", ["dynamodb", "kms", "sesv2"])
def test_what_is_kept_is_as_it_was(service: str) -> None:
    build, whole = build_layer(), whole_model(service)
    kept = build.with_operations(whole, build.OPERATIONS[service])
    before = build.without_documentation(whole)
    model = ServiceModel(kept, service)
    for name in build.OPERATIONS[service]:
        operation = model.operation_model(name)
        assert kept["operations"][name] == before["operations"][name]
        assert [shape.name for shape in operation.error_shapes] == [
            error["shape"] for error in before["operations"][name].get("errors", ())
        ]
    changed = [name for name, shape in kept["shapes"].items() if shape != before["shapes"][name]]
    assert changed == (["AttributeValue"] if service == "dynamodb" else [])
    assert {**kept, "operations": {}, "shapes": {}} == {**before, "operations": {}, "shapes": {}}
    # Whatever a shape refers to is there.
    assert set(build.shapes_in(kept)) <= kept["shapes"].keys()
    assert len(kept["shapes"]) < len(whole["shapes"]) / 2


def test_values_are_read_as_they_are_written() -> None:
    """All kinds that ``to_item`` writes are in the model, and no other."""
    item = to_item({"s": "a", "n": 1, "b": True, "l": ["a"], "m": {"a": "b"}})
    assert {kind for value in item.values() for kind in value} == build_layer().VALUES
    with pytest.raises(TypeError, match="bytes"):
        to_item({"a": b"a"})
    with pytest.raises(TypeError, match="NULL"):
        from_item({"a": {"NULL": True}})


def test_an_operation_that_does_not_exist_ends_the_build() -> None:
    with pytest.raises(SystemExit, match="GetThing"):
        build_layer().with_operations(whole_model("kms"), frozenset({"GetThing"}))


class Sent(Exception):
    """Tells where a request would have gone, and keeps it from going there."""


def stop(request: Any, **_: object) -> None:
    raise Sent(request.url)


CALLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "dynamodb": ("get_item", {"TableName": "A", "Key": {}}, "https://dynamodb.eu-central-1.amazonaws.com/"),
    "kms": ("describe_key", {"KeyId": "a"}, "https://kms.eu-central-1.amazonaws.com/"),
    "s3": ("get_object", {"Bucket": "feed", "Key": "a"}, "https://feed.s3.eu-central-1.amazonaws.com/a"),
    "sesv2": (
        "delete_suppressed_destination",
        {"EmailAddress": "a"},
        "https://email.eu-central-1.amazonaws.com/v2/email/suppression/addresses/a",
    ),
}


def test_a_model_loses_texts_and_no_key() -> None:
    shape = {
        "type": "structure",
        "documentation": "<p>What it is.</p>",
        "members": {"documentation": {"shape": "Text"}},
    }
    model = {"shapes": {"Thing": shape}, "clientContextParams": {"Mode": {"documentation": "How.", "type": "string"}}}
    assert build_layer().without_documentation(model) == {
        "shapes": {"Thing": {**shape, "documentation": ""}},
        "clientContextParams": {"Mode": {"documentation": "", "type": "string"}},
    }


@pytest.mark.parametrize("service", sorted(get_args(Service)))
def test_clients_find_their_addresses_by_the_rules_of_trimmed_models(service: str, tmp_path: Path) -> None:
    """As each call does, which is more than making a client: botocore asks models for texts, too."""
    whole = Path(botocore.__file__).with_name("data")
    shutil.copytree(whole / service, tmp_path / service)
    for file in whole.glob("*.json"):
        shutil.copy(file, tmp_path)
    build_layer().trim_models(tmp_path)
    session = Session()
    session.get_component("data_loader").search_paths[:] = [str(tmp_path)]
    client = session.create_client(service, "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    client.meta.events.register("before-send", stop)
    name, parameters, address = CALLS[service]
    with pytest.raises(Sent, match=f"^{re.escape(address)}$"):
        getattr(client, name)(**parameters)


def test_wheels_are_known_for_every_architecture_that_can_be_deployed() -> None:
    allowed = template()["Parameters"]["Architecture"]["AllowedValues"]
    assert set(allowed) < build_layer().PLATFORMS.keys()
    assert all(build_layer().PLATFORMS[architecture] for architecture in allowed)


def test_of_all_roots_those_of_amazon_are_kept() -> None:
    every = Path(botocore.__file__).with_name("cacert.pem").read_text()
    roots = build_layer().amazon_roots(every)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=roots)
    told = str(context.get_ca_certs())
    assert len(context.get_ca_certs()) == 5
    assert all(f"'Amazon Root CA {number}'" in told for number in (1, 2, 3, 4))
    assert "'Starfield Services Root Certificate Authority - G2'" in told
    assert all(part in every for part in roots.split("-----BEGIN")[1:])


def test_a_layer_without_one_of_them_is_not_built() -> None:
    every = Path(botocore.__file__).with_name("cacert.pem").read_text()
    with pytest.raises(SystemExit, match="Amazon Root CA 3"):
        build_layer().amazon_roots(every.replace('"Amazon Root CA 3"', '"Another Root CA 3"'))


def test_the_layer_is_built_by_our_own_recipe() -> None:
    assert resources("AWS::Serverless::LayerVersion")["PortalLayer"]
    assert "build-PortalLayer:" in (ROOT / "layers/portal/Makefile").read_text()
