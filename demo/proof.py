"""One real call through the hotline: two SIP phones with voice, a phone that takes texts, every step checked."""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from tandem.control.settings import Settings
from tandem.ivr.flow import Flow
from tandem.ivr.speech import speak
from tandem.service.config import Config
from tandem.service.credentials import Credentials
from tandem.service.flow_files import flows_of
from tandem.service.setup import prompt_library
from tandem.telephony.provision.install import find
from tests.phones import Agent, Line, message_phone, phones, tone
from tests.phones.audio import Samples, read_wav

HOTLINE = "4008"
AGENT = "1001"
CALLER = "2001"
"""A premier member: they are served around the clock, so that the proof is too."""
VISIT = {
    "f.product": "tv",
    "f.slot": "am",
    "f.phone": "13800000001",
    "f.address": "杭州市西湖区文三路18号",
    "f.problem": "屏幕不亮",
    "submit": "",
}


class Proof:
    """Places the call and says each step as it is seen; any step that is not seen raises."""

    def __init__(self, config: Config, centre: Settings, credentials: Credentials, say: Callable[[str], None]) -> None:
        self._config = config
        self._credentials = credentials
        self._say = say
        self._began = time.monotonic()
        self._flow: Flow = next(flow for flow in flows_of(config.flows) if flow.name == centre.lines[HOTLINE])
        self._library = prompt_library(config, find(config.asterisk_root, config.home))

    async def run(self) -> None:
        """The whole call."""
        port = self._config.port("sip_port")
        passwords = self._credentials.phones
        async with phones(port) as lab, message_phone(port, CALLER, passwords[CALLER]) as texts, self._http() as http:
            agent = await lab.agent(AGENT, passwords[AGENT])
            await self._tell(http, "sign-in")
            self._seen(f"agent {AGENT} registered a SIP phone and signed in")
            caller = await lab.caller(CALLER, passwords[CALLER])
            line = await caller.dial(HOTLINE)
            self._seen(f"a caller dialled {HOTLINE} and was answered")
            await self._ask_for_link(line)
            text = (await texts.receives()).text
            self._seen(f"the caller's phone got a SIP MESSAGE: {text}")
            await self._book(text)
            await line.hears(await self._prompt("repair/booked"))
            self._seen("the voice went on by itself: the visit is booked")
            await line.hears(await self._prompt("anything_else"))
            await line.press("0")
            self._seen("the caller pressed 0 for a person and was queued")
            await self._talk(agent, line)
            await self._survey(line)
            await self._tell(http, "sign-out")

    async def _ask_for_link(self, line: Line) -> None:
        await line.hears(await self._prompt("welcome_vip"))
        self._seen("the caller heard the welcome in Chinese")
        await line.hears(await self._prompt("main_menu"))
        await line.press("2")
        await line.hears(await self._prompt("repair/which"))
        self._seen("the caller heard the main menu, pressed 2, and was asked what to book")
        await line.press("2")

    async def _book(self, text: str) -> None:
        """Fill in the page as a browser without a script does, a device with cookies of its own."""
        url = text[text.index("http") :].split()[0]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
            async with device.get(url) as page:
                assert page.status == 200, page.status
                step = re.search(r'name="step" value="([0-9]+)"', await page.text())
            assert step, "the page asks nothing"
            self._seen("the link opened in a browser's place, and shows the form")
            headers = {"Origin": url[: url.index("/l/")]}
            async with device.post(url, data=VISIT | {"f.date": _next_day(), "step": step[1]}, headers=headers) as page:
                assert page.status == 200, page.status
        self._seen("the form was filled in and sent")

    async def _talk(self, agent: Agent, line: Line) -> None:
        call = await agent.answers()
        self._seen(f"agent {AGENT}'s phone rang and picked up")
        line.says(tone(440, seconds=3))
        call.says(tone(660, seconds=3))
        await call.hears_tone(440)
        self._seen("the agent hears the caller (440 Hz)")
        await line.hears_tone(660)
        self._seen("the caller hears the agent (660 Hz)")
        await call.hang_up()
        self._seen("the agent hung up")

    async def _survey(self, line: Line) -> None:
        await line.hears(await self._prompt("satisfaction/survey"))
        await line.press("5")
        await line.hears(await self._prompt("satisfaction/solved"))
        await line.press("1")
        await line.hears(await self._prompt("satisfaction/thanks"))
        self._seen("the caller heard the survey, pressed 5 and 1, and was thanked")
        await line.ended(15)
        self._seen("the call ended")

    async def _prompt(self, text: str) -> Samples:
        """The first part of a text of the hotline, or of one of its sub-flows (`repair/which`)."""
        flow, _, key = text.rpartition("/")
        said, _ = speak(self._flow.flows.get(flow, self._flow), key, self._flow.languages[0], {})
        root = find(self._config.asterisk_root, self._config.home).root
        return read_wav(Path(f"{root or ''}{await self._library.path(said[0])}.wav"))

    @asynccontextmanager
    async def _http(self) -> AsyncIterator[aiohttp.ClientSession]:
        base = self._config.web_url
        headers = {"Authorization": f"Bearer {self._credentials.http_token}"}
        async with aiohttp.ClientSession(base, headers=headers) as session:
            yield session

    async def _tell(self, http: aiohttp.ClientSession, verb: str) -> None:
        async with http.post(f"/agents/{AGENT}/{verb}") as answer:
            assert answer.status == 202, await answer.text()

    def _seen(self, what: str) -> None:
        self._say(f"  {time.monotonic() - self._began:5.1f} s  {what}")


def _next_day() -> str:
    """A day in which visits are made: not too soon, no Sunday."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=3)
    return str(day + timedelta(days=day.isoweekday() == 7))
