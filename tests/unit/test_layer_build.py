"""What `sam build` leaves out of the layer: nothing that anything reads."""

import importlib.util
import ssl
from pathlib import Path
from types import ModuleType
from typing import get_args

import botocore
import pytest

from portal.adapters.aws import Service
from tests.support.template import ROOT, resources, template


def build_layer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_layer", ROOT / "layers/portal/build_layer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_services_that_are_called_are_those_whose_models_are_kept() -> None:
    assert set(get_args(Service)) == build_layer().SERVICES


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
