"""Set what CloudFormation in the emulator accepts and ignores; see AWS for what each does there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from tools.local.environment import CREDENTIAL, REGION
from tools.local.errors import LocalStackError
from tools.local.sam import STACK_NAME
from tools.local.template import Node, Resolver, is_true

_CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2})
_PARAMETER_KINDS = {"Headers": "header", "Paths": "path", "QueryStrings": "querystring"}


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deploy left: the stack's outputs, and the physical id of each logical one."""

    outputs: dict[str, str]
    ids: dict[str, str]

    def output(self, name: str) -> str:
        """Return an output that the local stack cannot do without."""
        try:
            return self.outputs[name]
        except KeyError:
            message = f"the template has no output {name}"
            raise LocalStackError(message) from None


def _client(service: str, endpoint: str) -> Any:  # noqa: ANN401  (stubs for these services are not installed)
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIAL,
        aws_secret_access_key=CREDENTIAL,
        config=_CONFIG,
    )


def describe(endpoint: str) -> Deployed:
    """Ask the emulator for the stack."""
    client = _client("cloudformation", endpoint)
    (stack,) = client.describe_stacks(StackName=STACK_NAME)["Stacks"]
    pages = client.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return Deployed(
        {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources},
    )


def complete(endpoint: str, template: Mapping[str, Node], parameters: Mapping[str, str], deployed: Deployed) -> None:
    """Do to every table and API what the template says of it; may be repeated."""
    resolver = Resolver(template, parameters, deployed.ids)
    for logical_id, resource in template["Resources"].items():
        physical_id = deployed.ids.get(logical_id)
        if physical_id is None:  # its condition does not hold
            continue
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::DynamoDB::Table":
            _complete_table(_client("dynamodb", endpoint), physical_id, resolver, properties)
        elif resource["Type"] == "AWS::Serverless::Api":
            defaults = template.get("Globals", {}).get("Api", {})
            _complete_api(_client("apigateway", endpoint), physical_id, resolver, {**defaults, **properties})


def _complete_table(client: Any, name: str, resolver: Resolver, properties: Mapping[str, Node]) -> None:  # noqa: ANN401 - as above
    wanted = resolver.resolve(properties.get("TimeToLiveSpecification"))
    if wanted and is_true(wanted.get("Enabled")):
        current = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if current.get("AttributeName") != wanted["AttributeName"]:
            specification = {"Enabled": True, "AttributeName": wanted["AttributeName"]}
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    backups = resolver.resolve(properties.get("PointInTimeRecoverySpecification"))
    if backups is not None:
        enabled = {"PointInTimeRecoveryEnabled": is_true(backups["PointInTimeRecoveryEnabled"])}
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=enabled)


def _complete_api(client: Any, api: str, resolver: Resolver, properties: Mapping[str, Node]) -> None:  # noqa: ANN401 - as above
    responses = resolver.resolve(properties.get("GatewayResponses", {}))
    for kind, response in responses.items():
        client.put_gateway_response(restApiId=api, responseType=kind, **gateway_response(response))
    # A stage answers with the gateway responses of its deployment: those that were there when it was made.
    client.create_deployment(restApiId=api, stageName=resolver.resolve(properties["StageName"]))


def gateway_response(response: Mapping[str, Node]) -> dict[str, Node]:
    """Translate one of SAM's `GatewayResponses` to the API's parameters, as SAM's transform does."""
    parameters = response.get("ResponseParameters", {})
    arguments = {
        "statusCode": str(response.get("StatusCode", "")),
        "responseParameters": {
            f"gatewayresponse.{kind}.{name}": value
            for group, kind in _PARAMETER_KINDS.items()
            for name, value in parameters.get(group, {}).items()
        },
        "responseTemplates": dict(response.get("ResponseTemplates", {})),
    }
    return {name: value for name, value in arguments.items() if value}
