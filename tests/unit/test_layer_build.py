"""What `sam build` leaves out of the layer: nothing that anything reads."""

import importlib.util
from types import ModuleType
from typing import get_args

from portal.adapters.aws import Service
from tests.support.template import ROOT, resources


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
    from tests.support.template import template

    allowed = template()["Parameters"]["Architecture"]["AllowedValues"]
    assert set(allowed) < build_layer().PLATFORMS.keys()
    assert all(build_layer().PLATFORMS[architecture] for architecture in allowed)


def test_the_layer_is_built_by_our_own_recipe() -> None:
    assert resources("AWS::Serverless::LayerVersion")["PortalLayer"]
    assert "build-PortalLayer:" in (ROOT / "layers/portal/Makefile").read_text()
