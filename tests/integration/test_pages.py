"""Pages and assets as the function serves them."""

import re

import pytest

from portal.pages.catalog import PAGES
from tests.support.world import Answer, World

SERVED = [name for name, spec in PAGES.items() if spec.served]


def get(world: World, path: str, **headers: str) -> Answer:
    return world.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("name", SERVED)
def test_a_page_is_asked_for_again_and_sent_once(world: World, name: str) -> None:
    path = "/" if name == "start" else f"/{name}"
    first = get(world, path)
    assert (first.status, first.headers["Cache-Control"]) == (200, "no-cache")
    assert first.headers["Vary"] == "Accept-Language"
    again = get(world, path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert get(world, path, If_None_Match='"other"').status == 200
    assert first.cookies == []


def test_a_language_that_the_address_says_is_the_one_that_is_shown(world: World) -> None:
    for language in ("de", "en"):
        answer = get(world, f"/start.{language}", Accept_Language="fr")
        assert f'<html lang="{language}">' in answer.text
        assert answer.headers["Content-Language"] == language
        assert "Vary" not in answer.headers
        assert f'<html lang="{language}">' in get(world, "/", Accept_Language=language).text


@pytest.mark.parametrize("path", ["/", "/confirm.en", "/gibt-es-nicht"])
def test_head_says_what_get_would(world: World, path: str) -> None:
    whole, head = get(world, path), world.request("HEAD", path)
    assert (head.status, head.text, head.headers) == (whole.status, "", whole.headers)


def test_an_asset_is_kept_for_good_and_an_old_name_is_gone(world: World) -> None:
    page = get(world, "/confirm").text
    addresses = re.findall(r'(?:href|src)="([a-z-]+-[0-9a-f]{12}\.(?:css|js|svg))"', page)
    assert len(addresses) == 7
    for address in addresses:
        answer = get(world, f"/{address}")
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert get(world, "/portal-000000000000.css").status == 404


def test_an_unknown_page_is_a_page_that_nobody_keeps(world: World) -> None:
    answer = get(world, "/gibt-es-nicht")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Seite nicht gefunden" in answer.text
