"""No test ever meets real AWS credentials, and none reads another's environment."""

import os

from tests.support.template import functions

os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="test",
    POWERTOOLS_METRICS_NAMESPACE="Mandantenportal",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

# The handler modules read their settings on import; tests build handlers of their own from the same routes.
for _properties in functions().values():
    for _name in [*_properties["Environment"]["Variables"], "ISSUER"]:
        os.environ.setdefault(_name, "A" if _name.endswith("_SLOT") else "1")


def pytest_sessionfinish() -> None:
    """End the local stack, if a test started it."""
    from tests.support.stack import shared_stack

    if shared_stack.cache_info().currsize:
        shared_stack().stop()
