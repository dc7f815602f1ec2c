"""What no resource of template.yaml may be, whoever adds it: rules that checkov has not, or counts otherwise."""

import re
from typing import Any

from tests.support.template import ROOT, as_list, functions, resources, statements, template


def policies(node: Any) -> list[dict[str, Any]]:
    """Return every statement of every policy document below a node."""
    if isinstance(node, dict):
        own = as_list(node["Statement"]) if "Statement" in node and "Version" in node else []
        return [*own, *(one for member in node.values() for one in policies(member))]
    return [one for member in node for one in policies(member)] if isinstance(node, list) else []


def test_every_queue_is_encrypted() -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in resources("AWS::SQS::Queue").values())


def test_whoever_is_allowed_by_a_star_is_bound_by_account_and_service() -> None:
    for statement in policies(template()["Resources"]):
        principal = statement.get("Principal", {})
        stars = principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS", [])))
        if stars and statement["Effect"] == "Allow":
            bound = statement["Condition"]["StringEquals"]
            assert {"kms:CallerAccount", "kms:ViaService"} <= set(bound), statement["Sid"]


def test_services_that_may_write_into_a_queue_do_it_for_this_account_alone() -> None:
    for policy in resources("AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_no_role_can_give_itself_more() -> None:
    for role in resources("AWS::IAM::Role"):
        for statement in statements(role):
            services = {action.partition(":")[0] for action in as_list(statement["Action"])}
            assert not services & {"iam", "sts", "lambda", "cloudformation", "organizations"}, role


def test_roles_are_taken_by_services_alone() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert set(statement["Principal"]) == {"Service"}, name


def test_functions_run_what_is_supported_and_are_reached_by_events_alone() -> None:
    assert template()["Globals"]["Function"]["Runtime"] == "python3.13"
    for name, properties in functions().items():
        assert not {"FunctionUrlConfig", "Runtime", "ImageUri", "InlineCode"} & set(properties), name


def test_what_is_called_asynchronously_says_where_its_failures_go() -> None:
    for name, properties in functions().items():
        kinds = {event["Type"] for event in properties.get("Events", {}).values()}
        if "EventBridgeRule" in kinds:
            assert properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Type"] == "SQS", name


def test_every_rule_that_is_skipped_has_its_reason_beside_it() -> None:
    lines = [line for line in (ROOT / ".checkov.yaml").read_text().splitlines() if line.lstrip().startswith("- ")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"  - CKV_[A-Z0-9_]+ +# .{20,}", line), line


def test_no_action_of_a_build_takes_a_package_without_its_hash() -> None:
    files = [ROOT / "layers/portal/requirements.txt", *(ROOT / "requirements").glob("*.txt")]
    for path in files:
        pins = re.split(r"\n(?=[A-Za-z0-9])", path.read_text())
        for pin in pins:
            if "==" in pin.partition("\n")[0]:
                assert "--hash=sha256:" in pin, (path.name, pin[:40])
    makefile = (ROOT / "Makefile").read_text()
    assert [line for line in makefile.splitlines() if "pip install" in line and "--require-hashes" not in line] == []
