"""An agent's guide over REST, before a real plane."""

from typing import Any

import pytest

from tandem.control.events import FlowPublished, GuideAnswered, GuideBegan
from tandem.ivr.reader import read_flow
from tandem.store.users import Role, UserStore
from tests.cti.page_flows import BEGIN, BOOKING, call_with_a_page
from tests.cti.sites import Site
from tests.cti.test_accounts import Browser, user


@pytest.fixture
async def guided(site: Site) -> Site:
    site.now = BEGIN
    call_with_a_page(site.plane)
    return site


async def ask(site: Site, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, Any]]:
    status, told = await site.json(method, path, body=body)
    return status, told


async def begin(site: Site) -> str:
    """A guide through the booking, for call c1."""
    body = b'{"flow": "booking", "contact": "c1", "language": "en"}'
    status, told = await ask(site, "POST", "/guides", body)
    assert status == 201
    assert told["shown"]["question"] == "What shall we do?"
    assert [choice["key"] for choice in told["shown"]["choices"]] == ["1", "2"]
    return str(told["guide"])


@pytest.fixture
async def guide(guided: Site) -> str:
    guided.happens(FlowPublished(read_flow(BOOKING, "booking.yaml")))
    return await begin(guided)


async def test_a_guide_is_walked_to_its_end(guided: Site, guide: str) -> None:
    path = f"/guides/{guide}"
    _, told = await ask(guided, "POST", path, b'{"key": "2"}')
    assert told["shown"]["digits"] == {"min": 4, "max": 6}
    _, told = await ask(guided, "POST", path, b'{"text": "12"}')
    assert told["shown"]["texts"] == ["There is no such order."]
    _, told = await ask(guided, "POST", path, b'{"text": "1234"}')
    assert [field["name"] for field in told["shown"]["fields"]][:2] == ["name", "phone"]
    _, told = await ask(guided, "POST", path, b'{"values": {"name": "A"}}')
    assert told["shown"]["fields"][0]["error"] == "too_short"
    right = b'{"values": {"name": "Ann", "phone": "13800000000", "day": "2026-01-08", "floor": "low"}}'
    status, told = await ask(guided, "POST", path, right)
    assert (status, told["outcome"], told["shown"]["texts"]) == (200, "done", ["A technician will come."])
    assert await ask(guided, "GET", path) == (200, told)
    assert (await ask(guided, "POST", path, b'{"key": "1"}'))[1]["error"]["code"] == "nothing_asked"


async def test_half_a_form_is_kept(guided: Site, guide: str) -> None:
    await ask(guided, "POST", f"/guides/{guide}", b'{"key": "1"}')
    await ask(guided, "POST", f"/guides/{guide}", b'{"values": {"name": "Ann"}, "submitted": false}')
    _, told = await ask(guided, "GET", f"/guides/{guide}")
    assert (told["shown"]["fields"][0]["value"], told["shown"]["fields"][1]["error"]) == ("Ann", "")
    assert guided.plane.state.guides[guide].forms == {"form": {"name": "Ann"}}


async def test_a_guide_goes_back(guided: Site, guide: str) -> None:
    await ask(guided, "POST", f"/guides/{guide}", b'{"key": "1"}')
    _, told = await ask(guided, "POST", f"/guides/{guide}", b'{"way": "back"}')
    assert told["shown"]["question"] == "What shall we do?"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b'{"strange": 1}', 400, "bad_json"),
        (b'{"way": "sideways"}', 400, "bad_json"),
        (b"{}", 400, "bad_answer"),
        (b'{"key": "1", "text": "1"}', 400, "bad_answer"),
        (b'{"key": "9"}', 400, "bad_answer"),
        (b'{"way": "agent"}', 400, "bad_answer"),
        (b'{"key": "1", "step": 99}', 409, "stale"),
    ],
)
async def test_a_wrong_answer_is_told_and_changes_nothing(
    guided: Site, guide: str, body: bytes, status: int, code: str
) -> None:
    answered, told = await ask(guided, "POST", f"/guides/{guide}", body)
    assert (answered, told["error"]["code"]) == (status, code)
    assert told["error"]["message"]
    assert not any(isinstance(event, GuideAnswered) for event in guided.told)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 400, "bad_json"),
        (b'{"flow": "nothing"}', 404, "unknown_flow"),
        (b'{"flow": "line", "variables": {"a": []}}', 400, "bad_json"),
    ],
)
async def test_what_is_no_guide_is_not_begun(guided: Site, body: bytes, status: int, code: str) -> None:
    answered, told = await ask(guided, "POST", "/guides", body)
    assert (answered, told["error"]["code"]) == (status, code)
    assert not any(isinstance(event, GuideBegan) for event in guided.told)


async def test_a_guide_that_is_put_away_is_gone(guided: Site, guide: str) -> None:
    assert await ask(guided, "DELETE", f"/guides/{guide}") == (200, {"guide": guide})
    for method, body in (("GET", None), ("POST", b'{"key": "1"}'), ("DELETE", None)):
        status, told = await ask(guided, method, f"/guides/{guide}", body)
        assert (status, told["error"]["code"]) == (404, "unknown_guide")


async def test_a_plane_that_is_behind_says_so(guided: Site, guide: str) -> None:
    guided.full = True
    for method, path in (("POST", "/guides"), ("POST", f"/guides/{guide}"), ("DELETE", f"/guides/{guide}")):
        body = b'{"flow": "booking"}' if path == "/guides" else b'{"key": "1"}'
        assert (await ask(guided, method, path, body))[0] == 503


@pytest.mark.parametrize(("method", "path"), [("POST", "/guides"), ("GET", "/guides/x"), ("DELETE", "/guides/x")])
async def test_guides_are_for_those_with_the_token(site: Site, method: str, path: str) -> None:
    status, _ = await site.json(method, path, token=None)
    assert status == 401


async def test_an_agent_walks_a_guide_for_who_is_on_their_own_desk(guided: Site, users: UserStore) -> None:
    guided.happens(FlowPublished(read_flow(BOOKING, "booking.yaml")))
    cases: tuple[tuple[str, Role, int], ...] = (("wang", "agent", 403), ("mei", "supervisor", 201))
    for name, role, status in cases:
        await user(users, name, role, "1001" if role == "agent" else "")
        browser = Browser(guided)
        await browser.sign_in(name)
        answer = await browser.json("POST", "/guides", '{"flow": "booking", "contact": "c1"}')
        assert answer[0] == status
        assert (await browser.json("POST", "/guides", '{"flow": "booking"}'))[0] == 201
