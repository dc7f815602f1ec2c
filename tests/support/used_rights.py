"""What functions may do by template.yaml, and what they were seen to do, in the same words."""

from tests.support.stack import CALLS, Portal
from tests.support.template import ROOT, functions, key_users, resources, rights, role_of
from tools.local.calls import Call, read_calls
from tools.local.parameters import read_environment

UsedRight = tuple[str, str, str]
"""Function, action, resource."""

_SES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
# Used by DynamoDB for whoever may use the tables, never by a function itself.
_NOT_OF_FUNCTIONS = {"DataKey"}


def allowed_rights() -> set[UsedRight]:
    """Return what roles and key policies allow outside the local stack, whose emulator can't scope mails."""
    found = {
        (name, right.action, right.resource.removesuffix(" unless IsLocal"))
        for name in functions()
        for right in rights(role_of(name))
        if not right.resource.endswith(" if IsLocal")
    }
    names = {role_of(name): name for name in functions()}
    keys = set(resources("AWS::KMS::Key")) - _NOT_OF_FUNCTIONS
    return found | {(names[role], action, key) for key in keys for role, action in key_users(key)}


def recorded_rights(portal: Portal) -> tuple[set[UsedRight], set[UsedRight]]:
    """Return what the deployed functions used, and what they were denied."""
    names = {physical: logical for logical, physical in portal.resources.items()}
    names[read_environment(ROOT / "samconfig.toml", "local")["SenderDomain"]] = "SenderDomain"
    calls = read_calls(CALLS)
    used, denied = (
        {(call.function, call.action, _resource(call, names)) for call in calls if call.denied is refused}
        for refused in (False, True)
    )
    return used, denied


def _resource(call: Call, names: dict[str, str]) -> str:
    """Return a recorded resource as the template would write it; as it is where the template has none of that name."""
    if call.resource == "*":
        return call.resource
    if call.action.startswith("ses:"):
        kind, _, name = call.resource.partition("/")
        return f"{_SES}{kind}/${{{names.get(name, name)}}}"
    if call.action.startswith("kms:"):
        return names.get(call.resource.rpartition("/")[2], call.resource)
    if call.action.startswith("s3:"):
        bucket, _, folder = call.resource.partition("/")
        name = names.get(bucket, bucket)
        return f"${{{name}.Arn}}/{folder}" if folder else name
    table, _, index = call.resource.partition("/index/")
    name = names.get(table, table)
    return f"${{{name}.Arn}}/index/{index}" if index else name
