from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tandem.acd.plan import Condition, Step
from tandem.control.board.board_settings import QueueThresholds, Threshold
from tandem.control.callback.callback_settings import Retry
from tandem.control.settings import ChatSettings, DialPlan, OfferSettings, PauseReason, RemoteAgents
from tandem.service.centre import CentreError, read_centre
from tandem.service.config import PROJECT
from tandem.service.supervisor import accounts, browser_accounts


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "centre.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CentreError) as raised:
        read_centre(file)
    return [problem.removeprefix(f"{file}") for problem in raised.value.problems]


def test_the_demos_centre_is_right() -> None:
    centre = read_centre(PROJECT / "demo/centre.yaml")
    assert centre.lines == {"4008": "hotline", "web": "online"}
    assert centre.acd.agents["1001"].device == "PJSIP/1001"
    assert centre.acd.queues["tech"].needs == {"tech": 2}
    assert centre.customers["2001"].boost == 300


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
        [":1", "lines"],
        [":3", "queues.a.ring"],
        [":6", "agents.1.skills.x"],
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: [", "lines: {a: &x *x}", "queues: 3", "agents: {1001: 5}", "\x00", "lines: {4008: [1]}"],
)
def test_nothing_an_admin_writes_is_a_traceback(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


CALLBACK = """
queues:
  tech: {callback: %s}
agents:
  "1001": {skills: {}}
"""


def test_a_queue_says_how_its_customers_are_called_back(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(
        CALLBACK % "{dialling: customer_first, busy: {minutes: 0.5, tries: 2}, hours: {monday: 09:00-12:00}}"
    )
    callback = read_centre(file).callbacks["tech"]
    assert (callback.dialling, callback.busy, callback.tries) == ("customer_first", Retry(0.5, 2), 5)


def test_a_queue_says_how_its_contacts_are_offered_other_ways(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    offers = "{times: 3, link: orders, chat: 'https://shop.example/chat'}"
    file.write_text(CALLBACK.replace("callback: %s", f"offers: {offers}"))
    assert read_centre(file).offers["tech"] == OfferSettings(3, "orders", "https://shop.example/chat")
    for wrong, told in (("{chat: shop}", "Expected `str` matching regex"), ("{time: 3}", "unknown field `time`")):
        (problem,) = problems(tmp_path, CALLBACK.replace("callback: %s", f"offers: {wrong}"))
        assert told in problem


@pytest.mark.parametrize(
    ("callback", "told"),
    [
        ("{dialing: agent_first}", "unknown field `dialing`"),
        ("{dialling: agents}", "Invalid enum value 'agents'"),
        ("{quiet_hours: 22-8}", "'22-8' are no quiet hours; write 21:00-08:00, or leave it empty"),
        ("{zone: China}", "there is no time zone 'China'; write one such as Asia/Shanghai"),
        ("{hours: {mondays: 09:00-12:00}}", "'mondays' is no day"),
        ("{busy: {minutes: 0, tries: 2}}", "Expected `float` > 0.0"),
        ("3", "Expected `object`, got `int`"),
    ],
)
def test_mistakes_about_callbacks_are_told(tmp_path: Path, callback: str, told: str) -> None:
    (problem,) = problems(tmp_path, CALLBACK % callback)
    assert problem.startswith(":3: queues.tech.callback")
    assert told in problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CentreError, match="can't be read"):
        read_centre(tmp_path / "none.yaml")


def test_needs_people_and_the_day_a_certificate_ends(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(
        "time_zone: Asia/Shanghai\n"
        "queues:\n"
        "  a: {needs: \"x >= 2 and language == 'en'\"}\n"
        "agents:\n"
        '  "1": {skills: {x: 3}, certified_until: {x: 2026-12-31}, team: t, vendor: v,\n'
        "        attributes: {language: [en, zh]}}\n"
    )
    agent = read_centre(path).acd.agents["1"]
    assert agent.certified_until == {"x": datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=8))).timestamp()}
    assert (agent.team, agent.vendor, agent.attributes) == ("t", "v", {"language": ("en", "zh")})


def test_a_need_that_nobody_can_read(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "time_zone: Mars\n"
        "queues:\n"
        "  a: {needs: 'x >='}\n"
        "agents:\n"
        '  "1": {skills: {x: 3}, certified_until: {x: soon}}\n',
    )
    assert [problem.partition(": ")[0] for problem in found] == [":1", ":3", ":5"]
    assert "character 5: a value is missing" in found[1]


def test_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(
        "order: service_objective\n"
        "queues:\n"
        "  a:\n"
        "    needs: {x: 3}\n"
        "    plan:\n"
        "      - {after: 20, team: blended}\n"
        "      - {when: {measure: length, on: 5, off: 2}, offer: callback}\n"
        "      - {after: 90, move: b}\n"
        "  b: {}\n"
        "agents:\n"
        '  "1": {skills: {}, team: blended}\n'
    )
    acd = read_centre(path).acd
    assert acd.order == "service_objective"
    assert acd.queues["a"].plan == (
        Step(after=20, team="blended"),
        Step(when=Condition("length", 5, 2), offer="callback"),
        Step(after=90, move="b"),
    )


def test_a_plan_that_leads_nowhere(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "queues:\n  a: {plan: [{after: 9, move: c}]}\nagents: {1: {skills: {}}}\norder: age\n")
    assert ":2: queues.a.plan[0].move: there is no queue 'c'" in found
    [found] = problems(tmp_path, "queues:\n  a: {plan: [{when: {measure: mood, on: 3}}]}\nagents: {1: {skills: {}}}\n")
    assert "Invalid enum value 'mood'" in found


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
        ("trunk: trunk", "trunks: trunk", 5, "dial_plan.trunks"),
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
        ("{url: 'https://x', key: 1}", "services.shop.key: Object contains unknown field `key`: Known: "),
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


PHONES = """
agents:
  "1001": {skills: {}}
  "1002": {skills: {}, device: ["1002", 1052], auto_answer: {"1002": 0, "1052": 2.5}, tone: true}
  "1003": {skills: {}, device: desk-3, auto_answer: 1}
  "1004": {skills: {}, device: [desk-4], browser_phone: true, auto_answer: {"1004-web": 1}}
  "3001": {skills: {}, number: 0139-555, nailed_up: true, confirm: true}
dial_plan: {numbers: ["0139."]}
pause_reasons: {lunch: {longest: 45}, training: }
remote_agents: {confirm_key: "5", confirm_text: {en: Press five.}, call_again: 2}
"""


def test_agents_phones_numbers_and_reasons_to_pause(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(PHONES, encoding="utf-8")
    centre = read_centre(file)
    agents = centre.acd.agents
    assert (agents["1001"].device, agents["1003"].device) == ("PJSIP/1001", "PJSIP/desk-3")
    assert agents["1002"].device == ("PJSIP/1002", "PJSIP/1052")
    assert agents["1002"].auto_answer == {"PJSIP/1002": 0.0, "PJSIP/1052": 2.5}
    assert (agents["1003"].auto_answer, agents["1002"].tone, agents["1003"].tone) == (1.0, True, False)
    assert (agents["3001"].number, agents["3001"].nailed_up, agents["3001"].confirm) == ("0139-555", True, True)
    assert centre.pause_reasons == {"lunch": PauseReason(45.0), "training": PauseReason()}
    assert centre.remote_agents == RemoteAgents("5", {"en": "Press five."}, call_again=2.0)
    assert agents["1004"].devices == ("PJSIP/1004-web", "PJSIP/desk-4")
    assert agents["1004"].auto_answer == {"PJSIP/1004-web": 1.0}
    assert accounts(agents.values()) == ["1001", "1002", "1052", "desk-3", "desk-4"]
    assert browser_accounts(agents.values()) == ["1004-web"]


@pytest.mark.parametrize(
    ("mended", "wrong", "told"),
    [
        ("number: 0139-555", 'number: "1900"', ":7: agents.3001.number: '1900' is not allowed: name it under"),
        ("number: 0139-555, ", "", ":7: agents.3001: nailed_up and confirm are for agents with a number"),
        ("desk-3", "PJSIP/3", ":5: agents.1003.device: 'PJSIP/3' is no SIP account, such as 1001, nor a list"),
        ('["1002", 1052]', "[]", ":4: agents.1002.device: [] is no SIP account"),
        ("auto_answer: 1", "auto_answer: -1", ":5: agents.1003.auto_answer: must be 0 to 30 seconds"),
        (
            "number: 0139",
            "browser_phone: true, number: 0139",
            ":7: agents.3001.browser_phone: an agent with a number has",
        ),
        ('"1004":', '"Li Na":', ":6: agents.Li Na.browser_phone: the name 'Li Na' can't be part of a SIP account"),
        ("device: desk-3", "device: 1004-web", ":6: agents.1004.device: 1004-web is the phone of 1003 too"),
        ("2.5}", "31}", ":4: agents.1002.auto_answer: must be 0 to 30 seconds"),
        ("longest: 45", "longest: -1", ":9: pause_reasons.lunch.longest: must be minutes, or 0"),
        ('"5"', '"55"', ":10: remote_agents.confirm_key: '55' is no key"),
        ("call_again: 2", "call_again: 0", ":10: remote_agents.call_again: must be 1 to 3600 seconds"),
    ],
)
def test_a_mistake_about_phones_or_pauses_is_told(tmp_path: Path, mended: str, wrong: str, told: str) -> None:
    assert mended in PHONES
    assert [problem[: len(told)] for problem in problems(tmp_path, PHONES.replace(mended, wrong))] == [told]


CHANNELS = """
channels: {chat: {cost: 40}, video: {cost: 70, needs_phone: true}}
queues:
  chats: {channel: chat}
  faces: {channel: video}
agents:
  "1001": {skills: {}, costs: {voice: 60}}
"""


def test_channels_are_laid_over_those_that_are_known(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(CHANNELS)
    acd = read_centre(file).acd
    assert {name: (c.cost, c.interruptible, c.needs_phone) for name, c in acd.channels.items()} == {
        "voice": (100, False, True),
        "chat": (40, False, False),
        "mail": (20, True, False),
        "video": (70, False, True),
    }
    assert (acd.queues["faces"].channel, acd.cost("1001", "voice"), acd.cost("1001", "chat")) == ("video", 60, 40)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "channel: video",
            "channel: fax",
            ":5: queues.faces.channel: there is no channel 'fax'",
        ),
        ("cost: 40", "cost: 140", ":2: channels.chat: cost: 140 is no cost; it runs from 1 to 100"),
        ("cost: 40", "price: 4", ":2: channels.chat.price: Object contains unknown field `price`"),
        ("voice: 60", "fax: 60", ":7: agents.1001.costs.fax: there is no channel 'fax'"),
        ("voice: 60", "voice: 0", ":7: agents.1001: costs.voice: 0 is no cost"),
        ("{chat: {cost: 40}, video: {cost: 70, needs_phone: true}}", "3", ":2: channels: must be names"),
    ],
)
def test_a_channel_that_cannot_be_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert problems(tmp_path, CHANNELS.replace(old, new))[0].startswith(told)


BOARD = """
queues: {tech: {}}
agents: {"1001": {skills: {}}}
board:
%s
"""


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("  queues: {tach: {}}", ":5: board.queues.tach: there is no such queue: Perhaps tech is meant"),
        ("  every_queue: {waiting: {warn: 5, bad: 3}}", ":5: board.every_queue.waiting: is bad before it warns"),
        ("  every_queue: {service_level: {warn: 0.6, bad: 0.8}}", "service_level: is bad before it warns"),
        ("  queues: {tech: {abandonment: {bad: 5}}}", ":5: board.queues.tech.abandonment.bad: is 5: write 0 to 1"),
        ("  every_queue: {wait: {warn: 5}}", ":5: board.every_queue.wait: "),
        ("  state_overstayed: {wrapup: 30}", ":5: board.state_overstayed.wrapup: is no state of an agent"),
        ("  state_overstayed: {wrap_up: 0}", ":5: board.state_overstayed.wrap_up: is 0"),
        ("  state_overstayed: {wrap_up: long}", ":5: board.state_overstayed: Expected `float`"),
        ("  sound: loud", ":5: board.sound: "),
    ],
)
def test_wrong_thresholds_are_told_with_their_place(tmp_path: Path, written: str, found: str) -> None:
    (problem,) = problems(tmp_path, BOARD % written)
    assert found in problem


def test_thresholds_and_the_centres_day(tmp_path: Path) -> None:
    file = tmp_path / "centre.yaml"
    thresholds = (
        "  every_queue: {waiting: {warn: 3, bad: 5}, service_level: {warn: 0.8}}\n  state_overstayed: {hold: 60}"
    )
    file.write_text("time_zone: Asia/Shanghai\n" + BOARD % thresholds)
    centre = read_centre(file)
    assert centre.time_zone == "Asia/Shanghai"
    assert centre.board.every_queue == QueueThresholds(Threshold(3, 5), service_level=Threshold(0.8))
    assert centre.board.state_overstayed == {"hold": 60}
