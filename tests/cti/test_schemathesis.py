"""Every way of the OpenAPI document, asked with what schemathesis makes of it, by everybody there is: nothing fails,
every answer is as the document says, and who has no right is refused.

The site is whole: a real plane with a call on a desk, and real stores. `--examples` asks for more than the few that
every run can afford.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tandem.control.settings import Service
from tandem.control.view import view
from tandem.control.webhooks.webhook_settings import Webhook
from tandem.cti import desks
from tandem.cti.answers import Refused
from tandem.cti.customers import Customers
from tandem.cti.flow_editing_api import FlowEditingApi
from tandem.cti.flows_api import FlowsApi
from tandem.cti.guard import PAGES
from tandem.cti.oidc import Oidc
from tandem.cti.outside_api import LinkTemplate, OutsideApi, OutsideView, SecretState
from tandem.cti.prompts_api import Name, Prompt, PromptsApi
from tandem.cti.settings_api import SettingsApi
from tandem.cti.web_files import WIDGET_FILE
from tandem.cti.webhooks import Around, Webhooks
from tandem.cti.webhooks_api import WebhooksApi
from tandem.ivr.reader import nothing_more
from tandem.service.flow_bench import Bench
from tandem.service.flow_shelf import Shelf
from tandem.service.settings_shelf import SettingsShelf
from tandem.store.database import AsyncEngine
from tandem.store.flow_versions import FlowStore
from tandem.store.settings_versions import SettingsStore
from tandem.store.users import ROLES, Role, UserStore
from tandem.store.webhook_outbox import WebhookOutbox
from tests.cti.sites import TOKEN
from tests.cti.test_accounts import Browser, user
from tests.cti.test_customers import ANN, Shop
from tests.cti.test_flows_api import LINE
from tests.cti.test_recordings_api import TALK, recorded
from tests.cti.test_settings_api import CENTRE
from tests.sounds import tone

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
AS_PROGRAM, AS_OTHERS = 6, 2
"""Examples of every operation, unless more are asked for."""
KNOWN = {
    "agent": "1001", "flow": "line", "name": "li", "chat": "c1", "mail": "mail-m1", "key": "m1", "number": "1",
    "call": "c1", "contact": "c1", "language": "en", "text": "hello", "recording": TALK,
}  # fmt: skip
"""What is there: every second example asks for it, the others for something that is not."""
LAST = ("DELETE", "/session")
"""It ends the session that all else is asked by."""

schemathesis.serializer.alias("application/jsonl", "text/plain")
schemathesis.serializer.alias("audio/wav", "application/octet-stream")


class Studio:
    """One prompt, and a synthesiser that always says the same."""

    def __init__(self) -> None:
        self._prompt = Prompt("en", "line/hello", "Hello", "synthesised", 1.5)

    async def all(self) -> list[Prompt]:
        return [self._prompt]

    async def sound(self, name: Name) -> bytes:
        return tone() if self._known(name) else b""

    async def record(self, name: Name, sound: bytes) -> Prompt:
        assert sound
        return self._known(name)

    async def remove(self, name: Name) -> Prompt:
        return self._known(name)

    async def synthesise(self, name: Name) -> Prompt:
        return self._known(name)

    def _known(self, name: Name) -> Prompt:
        if name.key != self._prompt.key:
            raise Refused(404, "no_prompt", f"There is no prompt {name}.")
        return self._prompt


class Whole(Shop):
    """A site with everything, and with something of each kind."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.all_for_the_plane = True

        async def no_flows() -> list[Any]:
            return []

        flows = Shelf(FlowStore(engine), self._state, self._emit, lambda: nothing_more, lambda: self.now)
        centre = SettingsShelf(SettingsStore(engine), self._state, self._emit, no_flows, lambda: self.now)
        oidc = Oidc(None, self.accounts, "https://care.example", "key", lambda: self.now)
        customers = Customers(self.book, self.backend, self._settled)
        bench = Bench(FlowStore(engine), self._state, lambda: self.plane.state.settings)
        hooks = {KNOWN["name"]: Webhook("crm")}
        outbox, services = WebhookOutbox(engine), {"crm": Service("http://127.0.0.1:9/", signed_with="signing")}
        around = Around(outbox, lambda: hooks, lambda: services, lambda _: "secret", self._emit, lambda: self.now)
        self.more = [
            *WebhooksApi(Webhooks(around), outbox, lambda: hooks, lambda: self.now).routes(),
            *FlowsApi(flows).routes(), *FlowEditingApi(bench).routes(), *SettingsApi(centre).routes(),
            *PromptsApi(Studio()).routes(), *OutsideApi(self._outside).routes(), *customers.routes(), *oidc.routes(),
        ]  # fmt: skip

    async def _outside(self) -> OutsideView:
        secrets = [SecretState("shop_token", "not_usable", "There is no such file.")]
        links = [LinkTemplate("line", "invite", "survey", {"en": "{link}"})]
        return OutsideView("https://care.example", "", outbox_delivers=True, secrets=secrets, links=links)

    def state(self) -> object:
        return view(self.plane, self.now)

    def _state(self) -> Any:
        return self.plane.state

    async def furnish(self) -> str:
        """Something of each kind; the customer's name."""
        customer = await self.make(ANN)
        await recorded(self)
        self.is_offered(customer)
        for path, wish in (
            ("/flows", {"author": "ann", "flows": {"line": {"source": LINE}}}),
            ("/settings", {"author": "ann", "settings": CENTRE}),
        ):
            status, told = await self.say("POST" if path == "/flows" else "PUT", path, wish, If_Match="*")
            assert status == 200, told
        return customer


class Asker:
    """Somebody who asks: `headers` say who, `role` what they may ("" nothing)."""

    def __init__(self, site: Whole, role: str, headers: dict[str, str], customer: str) -> None:
        self._site, self._role, self._customer = site, role, customer
        self._session = requests.Session()
        self._headers = headers
        self.asked = 0

    def ask(self, operation: Any, examples: int) -> None:
        """Ask one operation with so many examples, and look at the answers."""
        needed = _needed(operation)
        may = needed is None or (self._role and ROLES.index(self._role) >= ROLES.index(needed))

        @settings(
            max_examples=examples, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            self.asked += 1
            if self.asked % 2:
                known = KNOWN | {"customer": self._customer}
                case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
            case.headers = {name: value for name, value in case.headers.items() if name.lower() != "host"}
            case.cookies = {}
            response = case.call(base_url=self._site.url, headers=self._headers, session=self._session)
            case.validate_response(response, checks=CHECKS)
            if not may:
                assert response.status_code == (403 if self._role else 401), (case.as_curl_command(), response.text)
            else:
                assert response.status_code != 401 or needed is None or _way(operation) == LAST

        check()


def _operation(found: Any) -> Any:
    return found.ok()


def _way(operation: Any) -> tuple[str, str]:
    return operation.method.upper(), operation.path


def _needed(operation: Any) -> str | None:
    """The role that an operation asks for; None: nobody's."""
    security = operation.definition.raw["security"]
    return next(iter(security[0].values()))[0] if security else None


@pytest.fixture
async def whole(engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Whole]:
    monkeypatch.setattr(desks, "LONGEST_WAIT", 0.01)
    whole = Whole(engine)
    whole.built = tmp_path
    (tmp_path / "assets").mkdir()
    for file in (*PAGES.values(), WIDGET_FILE):
        (tmp_path / file).write_text("<!doctype html>")
    async with whole.running():
        yield whole


@pytest.mark.parametrize("who", ["program", "admin", "supervisor", "agent", "nobody"])
async def test_whatever_is_asked_is_answered_as_the_document_says(
    whole: Whole, users: UserStore, who: Literal["program", "nobody"] | Role, request: pytest.FixtureRequest
) -> None:
    customer = await whole.furnish()
    role, headers = "", dict[str, str]()
    if who == "program":
        role, headers = "admin", {"Authorization": f"Bearer {TOKEN}"}
    elif who != "nobody":
        await user(users, "mei", who, "1001" if who == "agent" else "")
        browser = Browser(whole)
        await browser.sign_in("mei")
        await user(users, "li", "agent")
        role, headers = who, browser.headers()
    _, document = await whole.json("GET", "/openapi.json")
    found = schemathesis.openapi.from_dict(document)
    operations = sorted((_operation(each) for each in found.get_all_operations()), key=lambda each: _way(each) == LAST)
    assert len(operations) > 130
    asker = Asker(whole, role, headers, customer)
    examples = request.config.getoption("--examples") or (AS_PROGRAM if who == "program" else AS_OTHERS)
    failures: list[Exception] = []
    for operation in operations:
        try:
            await asyncio.to_thread(asker.ask, operation, examples)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are asked too
            failures.append(error)
    if failures:
        raise ExceptionGroup("not as the document says", failures)
