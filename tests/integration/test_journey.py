"""The main job, end to end."""

from tests.support.people import IBAN, PASSWORD
from tests.support.world import World

EMAIL = "erika.muster@example.com"


def test_a_visitor_registers_confirms_logs_in_sets_a_password_and_reads_the_profile(world: World) -> None:
    opt_in = world.register()
    assert opt_in.to == [EMAIL]
    assert world.confirm(opt_in).json == {"status": "confirmed"}
    world.run_mailer()
    credentials = world.mails()[-1]
    assert credentials.to == [EMAIL]
    assert f"Benutzername: {EMAIL}\n" in credentials.text

    limited = world.log_in(credentials.password).json
    assert limited["scope"] == "password:change"
    assert "refresh_token" not in limited
    body = {"current_password": credentials.password, "new_password": PASSWORD, "delivery": "body"}
    full = world.request("PUT", "/api/password", body, token=limited["access_token"]).json
    assert full["scope"] == "portal"

    profile = world.request("GET", "/api/profile", token=full["access_token"])
    assert profile.status == 200
    assert profile.headers["ETag"] == '"1"'
    assert profile.json["last_name"] == "Mustermann"
    assert profile.json["bank_details"]["iban"].endswith(IBAN[-4:])
    assert IBAN not in profile.text
    assert world.log_in(PASSWORD).json["scope"] == "portal"
