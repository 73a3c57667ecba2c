from pathlib import Path

import pytest

from tandem.control.settings import ChatSettings, DialPlan
from tandem.service.centre import CentreError, read_centre
from tandem.service.config import PROJECT


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "centre.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CentreError) as raised:
        read_centre(file)
    return [problem.removeprefix(f"{file}") for problem in raised.value.problems]


def test_the_demos_centre_is_right() -> None:
    centre = read_centre(PROJECT / "demo/centre.yaml")
    assert centre.lines == {"4008": "hotline"}
    assert centre.acd.agents["1001"].device == "PJSIP/1001"
    assert centre.acd.queues["tech"].needs == {"tech": 2}
    assert centre.customers["2002"].boost == 300


def test_every_problem_is_told_with_its_line_and_field(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "lines: 3\n"
        "queues:\n"
        "  a: {needs: {x: 9}, ring: 3}\n"
        "  b: {needs: {zz: 1}}\n"
        "agents:\n"
        '  "1": {skills: {x: 8}}\n'
        "foo: 1\n",
    )
    assert [problem.split(": ")[0:2] for problem in found] == [
        [":7", "foo"],
        [":3", "queues.a"],
        [":1", "lines"],
        [":4", "queues.b.needs"],
        [":6", "agents.1.skills.x"],
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: [", "lines: {a: &x *x}", "queues: 3", "agents: {1001: 5}", "\x00", "lines: {4008: [1]}"],
)
def test_nothing_an_admin_writes_is_a_traceback(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CentreError, match="can't be read"):
        read_centre(tmp_path / "none.yaml")


def test_how_long_a_chat_waits_is_an_admins_to_say_within_reason(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text("chats: {remind_after: 60}\n")
    assert read_centre(file).chats == ChatSettings(60.0, 120.0)
    assert problems(tmp_path, "chats: {close_after: 1}\n") == [
        ":1: chats.close_after: must be 5 to 86400 seconds",
    ]
    assert "chats" in problems(tmp_path, "chats: {remind: 60}\n")[0]


PLAN = """
dial_plan:
  numbers: [138XXXXXXXX, "+86.", '2001']
  uris: ["sip:*@partner.example"]
  trunk: trunk
  caller_id: "4008"
  longest_talk: 3600
"""


def test_a_dial_plan_is_read(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(PLAN, encoding="utf-8")
    plan = read_centre(file).dial_plan
    assert plan == DialPlan(("138XXXXXXXX", "+86.", "2001"), ("sip:*@partner.example",), "trunk", "4008", 3600.0)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "field"),
    [
        ("138XXXXXXXX", "138*", 3, "dial_plan.numbers[0]"),
        ('"+86."', '"+86.5"', 3, "dial_plan.numbers[1]"),
        ("sip:*@partner.example", "sip:*@*", 4, "dial_plan.uris[0]"),
        ("trunk: trunk", "trunk: a&b", 5, "dial_plan.trunk"),
        ('"4008"', '"4008)"', 6, "dial_plan.caller_id"),
        ("3600", "0", 7, "dial_plan.longest_talk"),
        ("trunk: trunk", "trunks: trunk", 2, "dial_plan"),
    ],
)
def test_a_mistake_in_the_dial_plan_allows_no_call(
    tmp_path: Path, right: str, wrong: str, line: int, field: str
) -> None:
    (problem,) = problems(tmp_path, PLAN.replace(right, wrong))
    assert problem.startswith(f":{line}: {field}: ")


def test_services_are_read(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(
        "services:\n"
        "  shop:\n"
        "    url: https://shop.example/api\n"
        '    headers: {Authorization: "Bearer {secret:shop_token}", X-From: hotline}\n'
        "    failures: 3\n"
        "    open_seconds: 10\n"
        "  notices: {url: 'http://127.0.0.1:8099/notices', signed_with: shop_key}\n"
    )
    services = read_centre(file).services
    assert services["shop"].headers["Authorization"] == "Bearer {secret:shop_token}"
    assert (services["shop"].failures, services["shop"].open_seconds) == (3, 10.0)
    assert services["notices"].signed_with == "shop_key"


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("{}", "services.shop: Object missing required field `url`"),
        ("{url: 'https://x', key: 1}", "services.shop: Object contains unknown field `key`"),
        ("{url: 'ftp://x'}", "services.shop.url: must be like https://shop.example/api"),
        ("{url: '/orders'}", "services.shop.url: must be like"),
        ("{url: 'https://a b'}", "services.shop.url: must be like"),
        ("{url: 'https://x:99999'}", "services.shop.url: is no address"),
        ("{url: 'https://[x'}", "services.shop.url: is no address"),
        ("{url: 'https://me:hunter2@x'}", "services.shop.url: has a password in clear: keep it with tandem secret set"),
        ("{url: 'https://x?key=1'}", "services.shop.url: can't have ? or #"),
        ("{url: 'https://x', headers: {Authorization: Bearer 1}}", "headers.Authorization: is a secret in clear"),
        ("{url: 'https://x', headers: {X-Api-Key: '1'}}", "headers.X-Api-Key: is a secret in clear"),
        ("{url: 'https://x', headers: {X: '{secret:a b}'}}", "services.shop.headers.X: 'a b' is no name of a secret"),
        ("{url: 'https://x', headers: {'X Y': z}}", "services.shop.headers.X Y: is no header"),
        ('{url: "https://x", headers: {X: "a\\nb"}}', "services.shop.headers.X: is no header"),
        ("{url: 'https://x', failures: 0}", "services.shop.failures: must be at least 1"),
        ("{url: 'https://x', open_seconds: 0}", "services.shop.open_seconds: must be more than 0"),
        ("{url: 'https://x', signed_with: ../x}", "services.shop.signed_with: must be the name of a secret"),
    ],
)
def test_a_mistake_in_a_service_is_told_with_its_line(tmp_path: Path, service: str, told: str) -> None:
    (problem,) = problems(tmp_path, f"services:\n  shop: {service}\n")
    assert problem.startswith(":2: ")
    assert told in problem
    assert "hunter2" not in problem
