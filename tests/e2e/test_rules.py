"""CloudFormation itself refuses production with a placeholder."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.rules import broken_rules
from tests.support.stack import Portal
from tests.support.template import ROOT, template
from tools.local.parameters import read_environment


def test_production_as_it_comes_is_refused_with_the_name_of_a_placeholder(portal: Portal) -> None:
    parameters = read_environment(ROOT / "samconfig.toml", "prod")
    body = {
        **{section: template()[section] for section in ("Parameters", "Rules")},
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
    }
    with pytest.raises(ClientError) as refused:
        portal.client("cloudformation").create_stack(
            StackName="production",
            TemplateBody=json.dumps(body),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
    assert broken_rules(parameters)[0] in str(refused.value)
