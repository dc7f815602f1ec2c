"""Events as API Gateway sends them."""

from typing import Any

from portal.http.request import Request


def an_event(**changes: Any) -> dict[str, Any]:
    """Return a REST proxy event with members changed."""
    return {
        "httpMethod": "POST",
        "resource": "/api/things",
        "path": "/api/things",
        "headers": {"Content-Type": "application/json"},
        "pathParameters": None,
        "body": "{}",
        "isBase64Encoded": False,
        "requestContext": {"identity": {"sourceIp": "203.0.113.77"}, "requestId": "request-1"},
        **changes,
    }


def a_request(**changes: Any) -> Request:
    """Return the request of such an event."""
    return Request.from_event(an_event(**changes))
