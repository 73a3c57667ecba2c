"""The caller's page over real HTTP, before a real plane."""

import asyncio
import base64
import hashlib
import re
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import get_args

import pytest

from tandem.control import events
from tandem.control.commands import SendLink
from tandem.control.page.pages import Code
from tandem.cti import page_html, watch
from tandem.cti.page import ANSWERS_A_MINUTE, CLIENTS, MISSES_A_MINUTE, Counts
from tandem.cti.tokens import Tokens
from tandem.cti.words import LANGUAGES, known
from tandem.store.outbox import Outbox
from tests.cti.page_flows import BEGIN, FOLLOWED, LINE, RIGHT, call_with_a_page
from tests.cti.sites import Site

HOST = "care.example"


class Browser:
    """A device that keeps its cookie; `text` is the page that it shows."""

    def __init__(self, site: Site, token: str, client: str = "203.0.113.7") -> None:
        self.site, self.path, self.client = site, f"/l/{token}", client
        self.cookie = ""
        self.status, self.text = 0, ""

    async def get(self, method: str = "GET", **headers: str) -> str:
        self.status, self.text = await self._ask(method, None, headers)
        return self.text

    async def post(self, **given: str) -> str:
        """Post a form with the step that is shown, and follow to what comes of it."""
        return await self.post_as({"step": self.step} | {name.replace("__", "."): text for name, text in given.items()})

    async def post_as(self, given: dict[str, str], **headers: str) -> str:
        self.status, self.text = await self._ask("POST", given, headers)
        return await self.get() if self.status == 303 else self.text

    @property
    def step(self) -> str:
        found = re.search(r'name="step" value="(\d+)"', self.text)
        return found[1] if found else ""

    @property
    def heading(self) -> str:
        return found[1] if (found := re.search(r"<h1[^>]*>([^<]*)</h1>", self.text)) else ""

    async def _ask(self, method: str, body: dict[str, str] | None, headers: dict[str, str]) -> tuple[int, str]:
        sent = {"Host": HOST, "X-Forwarded-For": self.client} | {n.replace("_", "-"): v for n, v in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        answer, text = await self.site.ask(method, self.path, token=None, headers=sent, body=body)
        if given := answer.headers.get("Set-Cookie"):
            self.given_cookie = given
            (morsel,) = SimpleCookie(given).values()
            self.cookie = f"{morsel.key}={morsel.value}"
        return answer.status, text


@pytest.fixture
async def page(site: Site, outbox: Outbox) -> Browser:
    """A page of its own, not opened yet."""
    return await make_page(site, outbox)


async def make_page(site: Site, outbox: Outbox, flow: str = LINE, language: str = "zh-CN") -> Browser:
    site.now = BEGIN
    call_with_a_page(site.plane, flow=flow, language=language)
    token = site.tokens.new()
    await outbox.add(SendLink("c1", 1, "booking", language, "{link}", "13812345678", "PJSIP/a-1"), token, BEGIN)
    return Browser(site, token)


async def test_a_link_opens_its_page_and_the_plane_hears_of_it_once(site: Site, page: Browser) -> None:
    await page.get()
    assert (page.status, page.heading) == (200, "您想做什么?")
    assert "您的排队位置已保留：第 1 位。" in page.text
    await page.get()
    assert site.told == [events.LinkOpened("c1", 1)]


async def test_a_form_is_filled_in_without_a_script(site: Site, page: Browser) -> None:
    await page.get()
    await page.post(key="1")
    assert page.heading == "预约安装"
    await page.post(**{"f.name": "A", "f.day": "tomorrow", "submit": "1"})
    assert page.status == 200
    assert page.text.count('class="error"') == 4
    assert "请至少输入 2 个字。" in page.text
    assert 'value="A"' in page.text
    await page.post(**RIGHT)
    assert page.heading == "已完成，谢谢您"
    assert "师傅会准时上门。" in page.text
    assert "<form" not in page.text
    assert site.plane.state.calls["c1"].session.variables["day"] == "2026-01-08"


async def test_what_is_typed_is_kept_before_it_is_submitted(site: Site, page: Browser) -> None:
    await page.get()
    await page.post(key="1")
    step = page.step
    await page.post_as({"step": step, "f.name": "王小明", "save": "1"})
    assert (page.status, page.text) == (204, "")
    assert 'value="王小明"' in await page.get()


async def test_who_asks_for_a_person_keeps_what_was_typed(site: Site, page: Browser) -> None:
    await page.get()
    await page.post(key="1")
    assert "转人工客服" in page.text
    await page.post(**{"f.name": "王小明", "way": "agent"})
    assert page.heading == "客服马上为您服务"
    forms = site.plane.state.pages["c1/1"].reader.forms  # type: ignore[union-attr]
    assert forms["booking/form"]["name"] == "王小明"


async def test_a_page_that_follows_answers_for_the_voice(site: Site, outbox: Outbox) -> None:
    browser = await make_page(site, outbox, FOLLOWED, "en")
    await browser.get()
    assert browser.heading == "Press one for a link or two for a person."
    await browser.post(key="2")
    assert browser.heading == "While you wait"
    assert site.plane.state.calls["c1"].state == "queued"


async def test_a_stale_answer_shows_the_present(site: Site, page: Browser) -> None:
    await page.get()
    first = page.step
    await page.post(key="1")
    await page.post_as({"step": first, "key": "2"})
    assert page.heading == "预约安装"


async def test_a_preview_that_only_asks_for_the_head_opens_nothing(site: Site, page: Browser) -> None:
    assert await page.get("HEAD") == ""
    assert page.status == 200
    assert site.told == []


async def test_wrong_expired_and_revoked_addresses_get_the_same_page(site: Site, page: Browser) -> None:
    await page.get()
    known_page = page.text
    status, told = await site.json("POST", "/links/c1/1/revoke")
    assert (status, told) == (202, {"accepted": True})
    revoked = await page.get(), page.status
    wrong = Browser(site, Tokens("another key").new())
    assert (await wrong.get(), wrong.status) == revoked
    unknown = Browser(site, site.tokens.new())
    assert (await unknown.get(), unknown.status) == revoked
    assert revoked[1] == 404
    assert "预约" not in revoked[0] and revoked[0] != known_page
    posted = await page.post(key="1"), page.status
    assert posted == revoked
    assert (await site.json("POST", "/links/c1/1/revoke"))[0] == 404


async def test_only_the_operator_can_revoke(site: Site, page: Browser) -> None:
    assert (await site.json("POST", "/links/c1/1/revoke", token=None))[0] == 401
    assert (await page.get(), page.status)[1] == 200


async def test_a_guess_is_refused_without_a_look_at_the_database(site: Site, outbox: Outbox, page: Browser) -> None:
    looks: list[str] = []
    by_token = outbox.by_token

    async def counted(token: str) -> object:
        looks.append(token)
        return await by_token(token)

    outbox.by_token = counted  # type: ignore[method-assign, assignment]
    real = site.tokens.new()
    for guess in ("x", "x" * 32, real[:-1], real[:-1] + ("A" if real[-1] != "A" else "B"), "%C3%9C", real + "AAAA"):
        assert (await Browser(site, guess).get("GET"))[:9] == "<!DOCTYPE"
    assert looks == []
    await page.get()
    assert len(looks) == 1


async def test_a_client_that_guesses_has_to_wait_and_others_do_not(site: Site, page: Browser) -> None:
    for number in range(MISSES_A_MINUTE):
        await Browser(site, f"guess-{number}").get()
    await page.get()
    assert page.status == 404, "even the right address"
    page.client = "203.0.113.8"
    assert (await page.get(), page.status)[1] == 200
    page.client = "1.1.1.1, 203.0.113.7"
    assert (await page.get(), page.status)[1] == 404, "the proxy's word counts, not the client's"
    site.now += 60
    assert (await page.get(), page.status)[1] == 200


async def test_a_page_is_open_on_one_device_until_another_takes_it_over(site: Site, page: Browser) -> None:
    preview = Browser(site, page.path.removeprefix("/l/"), "203.0.113.1")
    await preview.get()
    await page.get()
    await page.post_as({"step": page.step, "save": "1"})
    other = Browser(site, page.path.removeprefix("/l/"), "203.0.113.9")
    await other.get()
    assert (other.status, other.heading) == (409, "此页面已在另一台设备上打开")
    assert "您想做什么" not in other.text
    await other.post_as({"step": page.step, "key": "1"})
    assert other.status == 409
    await other.post_as({"take_over": "1"})
    assert (other.status, other.heading) == (200, "您想做什么?")
    await page.post(key="1")
    assert (page.status, page.heading) == (409, "此页面已在另一台设备上打开")
    await page.post_as({"take_over": "1"})
    assert page.heading == "您想做什么?"


async def test_a_device_that_keeps_no_cookie_claims_nothing(site: Site, page: Browser) -> None:
    await page.get()
    stranger = Browser(site, page.path.removeprefix("/l/"))
    await stranger.post_as({"step": page.step, "key": "1"})
    assert stranger.status == 409
    await page.post(key="1")
    assert page.heading == "预约安装"


async def test_the_cookie_is_for_this_page_and_for_no_script(page: Browser) -> None:
    await page.get()
    given = page.given_cookie
    assert all(part in given for part in ("HttpOnly", "SameSite=Lax", f"Path={page.path}", "Max-Age=86400"))
    assert "Secure" not in given
    await page.get(X_Forwarded_Proto="https")
    assert "Secure" in page.given_cookie


@pytest.mark.parametrize(
    "headers", [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
async def test_a_form_of_another_site_is_not_taken(site: Site, page: Browser, headers: dict[str, str]) -> None:
    await page.get()
    await page.post_as({"step": page.step, "key": "1"}, **headers)
    assert page.status == 404
    assert not any(isinstance(event, events.PageAnswered) for event in site.told)
    await page.get()
    await page.post_as({"step": page.step, "key": "1"}, Origin=f"https://{HOST}", Sec_Fetch_Site="same-origin")
    assert page.heading == "预约安装"


async def test_answers_to_a_page_are_limited(site: Site, page: Browser) -> None:
    await page.get()
    step = page.step
    for _ in range(ANSWERS_A_MINUTE):
        await page.post_as({"step": step, "save": "1"})
        assert page.status == 204
    await page.post_as({"step": step, "key": "1"})
    assert (page.status, page.heading) == (429, "请稍慢一些")
    site.now += 60
    assert (await page.post_as({"step": step, "key": "1"}), page.status)[1] == 200


async def test_a_plane_that_does_not_answer_in_time_is_told_as_such(
    site: Site, page: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 0.05)
    await page.get()
    site.deaf = True
    await page.post(key="1")
    assert (page.status, page.heading) == (503, "暂时无法使用")


async def test_a_plane_that_is_behind_says_so(site: Site, page: Browser) -> None:
    site.full = True
    await page.get()
    assert (page.status, page.heading) == (503, "暂时无法使用")


async def test_the_page_is_told_at_once_of_what_happens_on_the_phone(site: Site, outbox: Outbox) -> None:
    browser = await make_page(site, outbox, FOLLOWED, "en")
    await browser.get()
    mark = re.search(r'data-mark="(\w+)"', browser.text)
    headers = {"Host": HOST, "Cookie": browser.cookie}
    async with site._session.get(f"{site.url}{browser.path}/live", headers=headers) as stream:
        assert stream.content_type == "text/event-stream"
        assert mark and await stream.content.readline() == f"data: {mark[1]}\n".encode()
        await stream.content.readline()
        site.happens(events.Listened("c1", site.plane.state.calls["c1"].listen, "2"))
        line = await asyncio.wait_for(stream.content.readline(), 2)
    assert line.startswith(b"data: ") and mark[1].encode() not in line


async def test_the_device_that_lost_the_page_is_told(site: Site, page: Browser) -> None:
    await page.get()
    headers = {"Host": HOST, "Cookie": page.cookie}
    async with site._session.get(f"{site.url}{page.path}/live", headers=headers) as stream:
        await stream.content.readline()
        await stream.content.readline()
        await Browser(site, page.path.removeprefix("/l/")).post_as({"take_over": "1"})
        assert await asyncio.wait_for(stream.content.readline(), 2) == b"data: elsewhere\n"


async def test_the_policy_lets_in_just_the_pages_own_style_and_script(site: Site, page: Browser) -> None:
    response, text = await site.ask("GET", page.path, token=None, headers={"Host": HOST})
    found = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert found
    digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy and "script-src 'self'" in policy and "default-src 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?! src=\"/page-\w+\.js\" defer></script>)|style=|\son\w+=|href=", text)
    script, _ = await site.ask("GET", page_html.SCRIPT_PATH, token=None, headers={"Host": HOST})
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert script.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_number_and_no_markup_of_a_stranger_is_shown(site: Site, page: Browser) -> None:
    await page.get()
    assert "您好,•••。" in page.text
    assert "13812345678" not in page.text
    await page.post(key="1")
    await page.post(**RIGHT | {"f.name": '"><script>alert(1)</script>', "f.day": ""})
    assert "<script>alert" not in page.text and "&quot;&gt;&lt;script&gt;" in page.text


class Outline(HTMLParser):
    """Collects headings, language and labels of a document; fails when tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.language: str | None = None
        self.labelled: set[str | None] = set()
        self.fields: set[str | None] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "br", "input"):
            self.open.append(tag)
        if tag == "html":
            self.language = given["lang"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "label":
            self.labelled.add(given.get("for"))
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "radio"):
            self.fields.add(given.get("id"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("language", "shown"), [("zh-CN", "zh-CN"), ("en", "en")])
async def test_every_page_is_well_formed_labels_its_fields_and_says_its_language(
    site: Site, outbox: Outbox, language: str, shown: str
) -> None:
    browser = await make_page(site, outbox, language=language)
    pages = [await browser.get(), await browser.post(key="1"), await browser.post(**{"f.name": "", "submit": "1"})]
    pages += [page_html.notice(language, name) for name in ("elsewhere", "too_fast", "unavailable")]
    for text in pages:
        outline = Outline(text)
        assert outline.language == shown
        assert outline.headings == ["h1"]
        assert outline.fields <= outline.labelled
        assert "$" not in text
    assert Outline(page_html.not_found()).headings == ["h1", "h2"]


def test_every_language_has_words_for_every_error() -> None:
    assert set(LANGUAGES) == {"zh-CN", "en"}
    assert all(words.errors.keys() == set(get_args(Code)) for words in LANGUAGES.values())


@pytest.mark.parametrize(("asked", "given"), [("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("en-GB", "en"), ("fr", "en")])
def test_a_language_we_do_not_have_is_the_nearest_one(asked: str, given: str) -> None:
    assert known(asked) == given


def test_the_count_of_clients_is_bounded() -> None:
    misses = Counts(MISSES_A_MINUTE)
    for number in range(CLIENTS + 2 * MISSES_A_MINUTE):
        misses.add(f"client-{number}", 60.0)
    assert len(misses._counts) <= CLIENTS + 1
    assert not misses.too_many("client-0", 60.0)
    assert misses.too_many("a newcomer", 60.0)


def test_tokens_need_a_key_and_never_repeat() -> None:
    with pytest.raises(ValueError, match="need a key"):
        Tokens("")
    tokens = Tokens("key")
    made = {tokens.new() for _ in range(1000)}
    assert len(made) == 1000
    assert all(tokens.genuine(token) and not Tokens("yek").genuine(token) for token in made)
