"""Which operations the functions declare."""

import ast
from pathlib import Path

from portal.http.routes import Route

ROOT = Path(__file__).parents[2]
API_PREFIXES = ("/api/", "/.well-known/jwks.json")


def api_routes(root: Path = ROOT) -> list[Route]:
    """Return the routes of all functions that belong to the API; pages and forms do not."""
    routes = [route for path in sorted((root / "functions").glob("*/app.py")) for route in declared_routes(path)]
    return sorted(
        (route for route in routes if route.path.startswith(API_PREFIXES)), key=lambda route: (route.path, route.method)
    )


def declared_routes(path: Path) -> list[Route]:
    """Return the ``ROUTES`` of a handler module without importing it: that would need the settings of a deployed one.

    Raises:
        TypeError, ValueError: when a route is more than literals.
    """
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "ROUTES"
            and isinstance(node.value, ast.Tuple)
        ):
            return [_route(entry) for entry in node.value.elts]
    return []


def _route(entry: ast.expr) -> Route:
    if not isinstance(entry, ast.Call):
        raise TypeError(f"not a call of Route: {ast.unparse(entry)}")
    named = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in entry.keywords}
    return Route(*(ast.literal_eval(argument) for argument in entry.args), **named)
