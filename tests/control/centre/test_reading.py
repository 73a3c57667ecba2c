"""What an admin is told of settings, beyond fields of the wrong kind (tests/service/test_centre.py has those)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.control.centre.findings import Finding
from tandem.control.centre.reading import read_content, read_source

RIGHT = """
lines: {"4008": hotline}
fallback: hotline
queues:
  tv:
    needs: {tv: 3}
    head_starts: {gold: 90}
    plan:
      - {after: 20, needs: {tv: 1}, team: blended}
      - {after: 60, vendor: acme}
      - {after: 90, move: hifi}
  hifi: {needs: "hifi or tv >= 2"}
agents:
  "1": {skills: {tv: 3, hifi: 1}, team: blended, certified_until: {tv: 2030-01-01}}
  "2": {skills: {tv: 1}, vendor: acme}
customers: {"139": {tier: gold}}
caller_phones: ["139"]
canned_answers: {hello: {text: {en: "Hello {customer}, I am {agent}.", zh-CN: 您好}, queues: [hifi]}}
"""


def findings(old: str, new: str) -> list[Finding]:
    changed = RIGHT.replace(old, new, 1)
    assert changed != RIGHT
    return read_source(changed, "centre.yaml", ["hotline"]).findings


def test_what_is_right_is_right() -> None:
    reading = read_source(RIGHT, "centre.yaml", ["hotline"])
    assert reading.findings == []
    assert reading.settings == read_content(reading.content).settings is not None


@pytest.mark.parametrize(
    ("old", "new", "path", "told"),
    [
        ("move: hifi", "move: hifo", "queues.tv.plan[2].move", "Perhaps hifi is meant"),
        ("move: hifi", "move: tv", "queues.tv.plan[2].move", "moves to the queue that it is in"),
        ('"2": {', '"2": {device: [3, 1], ', "agents.2.device", "1 is the phone of 1 too"),
        ('"2": {', '"2": {name: bob, ', "agents.2.name", "leave name out"),
        ('"2": {', '"2": {held_back: {hifi: 9}, ', "agents.2.held_back.hifi", "it runs from 1 to 5"),
        ('["139"]', '["139", "2"]', "caller_phones[1]", "2 is an agent's account"),
        ("head_starts", "ring_secs: 1\n    head_starts", "queues.tv.ring_secs", "Perhaps ring_seconds is meant"),
        ("head_starts", "ring_seconds: 0\n    head_starts", "queues.tv.ring_seconds", "write 1 to 300"),
        (
            "head_starts",
            "disposition_required: true\n    head_starts",
            "queues.tv.disposition_required",
            "name some under dispositions",
        ),
        ("head_starts", "disposition_seconds: 0\n    head_starts", "queues.tv.disposition_seconds", "write 1 to 86400"),
        ("{tv: 3}\n", "{tv: 7}\n", "queues.tv.needs.tv", "it runs from 1 to 5"),
        ("hello:", "he llo:", "canned_answers.he llo", "without a space or a slash"),
        ("{customer}", "{custmer}", "canned_answers.hello.text.en", "Perhaps customer is meant"),
        ("zh-CN: 您好", "zh-CN: ''", "canned_answers.hello.text", "length >= 1"),
        ("queues: [hifi]", "queues: [hifo]", "canned_answers.hello.queues[0]", "Perhaps hifi is meant"),
        ("queues: [hifi]", "queue: hifi", "canned_answers.hello.queue", "Perhaps queues is meant"),
        ("caller_phones", "chats: {files: {types: [exe]}}\ncaller_phones", "chats.files.types[0]", "exe"),
        ("caller_phones", "chats: {files: {most_bytes: 0}}\ncaller_phones", "chats.files.most_bytes", ">= 1"),
        ("caller_phones", "chats: {history_days: -1}\ncaller_phones", "chats.history_days", ">= 0"),
        ("needs: {tv: 1}", "needs: {tv: 0}", "queues.tv.plan[0].needs.tv", "it runs from 1 to 5"),
        ("after: 20", "after: -1", "queues.tv.plan[0].after", "write 0 to 86400 seconds"),
        ("after: 20", "after: soon", "queues.tv.plan[0].after", "Expected `float`, got `str`"),
        ("caller_phones", "caller_phone", "caller_phone", "Perhaps caller_phones is meant"),
        ("queues:\n", "queues:\n  tv: {}\n", "queues.tv", "tv stands here twice"),
    ],
)
def test_errors_with_their_place_and_a_way_out(old: str, new: str, path: str, told: str) -> None:
    found = [finding for finding in findings(old, new) if finding.severity == "error"]
    assert [finding.path for finding in found] == [path]
    assert told in str(found[0])
    line = RIGHT.replace(old, new, 1).splitlines()[found[0].line - 1]
    assert path.rpartition(".")[2].partition("[")[0] in line


@pytest.mark.parametrize(
    ("old", "new", "path", "told"),
    [
        ("hotline}", "hotlien}", "lines.4008", "Perhaps hotline is meant"),
        ("fallback: hotline", "fallback: none", "fallback", "no flow 'none' is published"),
        ("team: blended}", "team: blendet}", "queues.tv.plan[0].team", "Perhaps blended is meant"),
        ("vendor: acme}", "vendor: acne}", "queues.tv.plan[1].vendor", "Perhaps acme is meant"),
        ("hifi or", "hify or", "queues.hifi.needs", "nobody has the skill 'hify'"),
        ("hifi or tv >= 2", "tv > 3", "queues.hifi.needs", "no agent can ever serve this queue"),
        ("needs: {tv: 1}", "needs: {vt: 1}", "queues.tv.plan[0].needs", "Known: hifi, tv"),
        ("head_starts", "dial_out: {}\n    head_starts", "queues.tv.dial_out", "the dial plan allows no number"),
        ("gold: 90", "golden: 9", "queues.tv.head_starts.golden", "Perhaps gold is meant"),
        ("{tv: 2030-01-01}", "{vt: 2030-01-01}", "agents.1.certified_until.vt", "Known: hifi, tv"),
        (", vendor: acme}\n", "}\n", "queues.tv.plan[1]", "this step does nothing"),
    ],
)
def test_warnings_keep_nothing_out_of_force(old: str, new: str, path: str, told: str) -> None:
    found = findings(old, new)
    assert {finding.severity for finding in found} == {"warning"}
    assert any(finding.path == path and told in str(finding) for finding in found)
    assert read_source(RIGHT.replace(old, new, 1), "centre.yaml").settings is not None


def test_what_stands_in_a_queue_that_is_wrong_itself_is_still_known() -> None:
    assert [finding.path for finding in findings('"hifi or tv >= 2"', "'hifi or'")] == ["queues.hifi"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["queues", "agents", "plan", "needs", "a"]), inner)
)))  # fmt: skip
def test_nothing_that_a_program_sends_is_a_traceback(content: object) -> None:
    sections = ("lines", "queues", "agents", "services", "dial_plan", "customers", "time_zone", "order", "chats")
    for section in sections:
        reading = read_content({section: content})
        assert (reading.settings is None) == bool(reading.errors)
        msgspec.json.encode(reading, enc_hook=str)


@pytest.mark.parametrize(
    ("webhook", "path", "what"),
    [
        ("{service: nobody}", "webhooks.crm.service", "there is no service 'nobody'"),
        ("{service: bare}", "webhooks.crm.service", "the service bare has no signed_with"),
        ("{service: shop, path: /a/%2e%2e/b}", "webhooks.crm.path", "leads out of the service's address"),
        ("{service: shop, queues: [tv, radio]}", "webhooks.crm.queues[1]", "there is no queue 'radio'"),
        ("{service: shop, events: [Nothing]}", "webhooks.crm.events[0]", "Invalid enum value 'Nothing'"),
        ("{service: shop, give_up_hours: 0}", "webhooks.crm.give_up_hours", "Expected `float` > 0.0"),
    ],
)
def test_a_webhook_that_could_not_work_is_refused(webhook: str, path: str, what: str) -> None:
    source = (
        "queues: {tv: {}}\nservices: {bare: {url: https://x.example}, "
        f"shop: {{url: https://x.example, signed_with: s}}}}\nwebhooks: {{crm: {webhook}}}\n"
    )
    reading = read_source(source, "centre.yaml")
    assert [(error.path, str(error.message)) for error in reading.errors] == [(path, what)]
    assert reading.errors[0].line == 3


@pytest.mark.parametrize(
    ("orders", "path", "what"),
    [
        ("{service: nobody}", "orders.service", "there is no service 'nobody'"),
        ("{service: shop, path: '/{caller}'}", "orders.path", "nothing is known as {caller}"),
        ("{service: shop, query: {q: '{numbr}'}}", "orders.query.q", "nothing is known as {numbr}"),
        ("{service: shop, fields: {a: number}}", "orders.fields.a", "is no place in JSON: character 1: "),
        ("{service: shop, list: '$.[x]'}", "orders.list", "is no place in JSON: character 2: "),
    ],
)
def test_a_lookup_of_orders_that_could_not_work_is_refused(orders: str, path: str, what: str) -> None:
    reading = read_source(f"services: {{shop: {{url: https://x.example}}}}\norders: {orders}\n", "centre.yaml")
    (error,) = reading.errors
    assert error.path == path
    assert str(error.message).startswith(what)
