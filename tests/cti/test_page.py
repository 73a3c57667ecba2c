import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from tandem.control.commands import SendLink
from tandem.control.events import LinkOpened
from tandem.cti.page import CLIENTS, LIFETIME_SECONDS, MISSES_A_MINUTE, Misses
from tandem.cti.page_text import WORDS, page
from tandem.store.outbox import Outbox
from tests.cti.sites import Site

TOKEN = "x7Jk2mPq9sVt4wYz1AbCdE"


async def make_link(outbox: Outbox, purpose: str = "order_status", language: str = "zh-CN") -> None:
    await outbox.add(SendLink("c1", 2, purpose, language, "{link}", "13800000000", "PJSIP/a-1"), TOKEN, 1500.0)


async def look(site: Site, token: str = TOKEN, client: str = "203.0.113.7", method: str = "GET") -> tuple[int, str]:
    headers = {"Host": "care.example", "X-Forwarded-For": client}
    response, text = await site.ask(method, f"/l/{token}", token=None, headers=headers)
    return response.status, text


async def test_a_link_opens_its_page_and_the_plane_hears_of_it_once(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    status, text = await look(site)
    assert status == 200
    assert "<h1>查询订单</h1>" in text
    assert "您的排队位置已保留" in text
    assert (await look(site))[0] == 200
    assert site.told == [LinkOpened("c1", 2)]


async def test_a_preview_that_only_asks_for_the_head_opens_nothing(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    assert await look(site, method="HEAD") == (200, "")
    assert site.told == []


async def test_a_wrong_and_an_expired_address_get_the_same_page(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    site.now = 1500.0 + LIFETIME_SECONDS
    expired = await look(site)
    wrong = await look(site, "never-was-a-token")
    assert expired == wrong
    assert expired[0] == 404
    assert "订单" not in expired[1]
    assert site.told == []


async def test_a_page_is_there_until_it_expires(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    site.now = 1499.0 + LIFETIME_SECONDS
    assert (await look(site))[0] == 200


async def test_a_client_that_guesses_has_to_wait_and_others_do_not(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    for number in range(MISSES_A_MINUTE):
        assert (await look(site, f"guess-{number}"))[0] == 404
    assert (await look(site))[0] == 404, "even the right address"
    assert (await look(site, client="203.0.113.8"))[0] == 200
    assert (await look(site, client="1.1.1.1, 203.0.113.7"))[0] == 404, "the proxy's word counts, not the client's"
    site.now += 60
    assert (await look(site))[0] == 200


def test_the_count_of_clients_is_bounded() -> None:
    misses = Misses()
    for number in range(CLIENTS + 2 * MISSES_A_MINUTE):
        misses.add(f"client-{number}", 60.0)
    assert len(misses._counts) <= CLIENTS + 1
    assert not misses.too_many("client-0", 60.0)
    assert misses.too_many("a newcomer", 60.0)


async def test_the_policy_lets_in_just_the_pages_own_style(site: Site, outbox: Outbox) -> None:
    await make_link(outbox)
    headers = {"Host": "care.example"}
    response, text = await site.ask("GET", f"/l/{TOKEN}", token=None, headers=headers)
    found = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert found
    digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
    assert response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|style=|\son\w+=|src=|href=", text)


class Outline(HTMLParser):
    """Collects what is open, the headings, and the language of a document; fails when tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.language: str | None = None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("purpose", [*WORDS["en"], "something new", "<script>alert(1)</script>", "$title"])
@pytest.mark.parametrize(("language", "shown"), [("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("en-GB", "en"), ("", "en")])
def test_every_page_is_well_formed_and_says_its_language(purpose: str, language: str, shown: str) -> None:
    text = page(purpose, language)
    outline = Outline(text)
    assert outline.language == shown
    assert outline.headings == ["h1", "h2"]
    assert "$" not in text
    assert "alert" not in text


def test_both_languages_have_words_for_the_same_purposes() -> None:
    assert WORDS["zh-CN"].keys() == WORDS["en"].keys()
