"""The OpenAPI document: every route is in it, with what it takes and gives; and every code there is."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tandem.cti import codes
from tandem.cti.all_verbs import AGENTS
from tandem.cti.contract import contract_of
from tandem.cti.http import make_app
from tandem.cti.oidc import Oidc
from tandem.cti.oidc_settings import OidcSettings
from tandem.cti.openapi import document
from tandem.cti.phones import Phones
from tandem.cti.refusals import REASONS
from tandem.cti.supervision import BY_HAND
from tandem.cti.talking import TALKS
from tandem.cti.verbs import CONTACTS
from tandem.cti.web_files import WebFiles
from tandem.service.config import LOOPBACK
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.sites import TOKEN, Site
from tests.cti.test_routes import more_routes

SOURCES = Path(__file__).parents[2] / "tandem"


@pytest.fixture
def app(outbox: Outbox, users: UserStore) -> web.Application:
    site = Site(outbox, users)
    provider = OidcSettings("https://provider.example", "tandem", "a secret", "email")
    oidc = Oidc(provider, site.accounts, "https://care.example", "key", lambda: 0.0)
    phones = Phones(site.backend, site.accounts, lambda _: None, "")
    more = [*more_routes(site), *WebFiles(Path("nowhere")).routes(), *oidc.routes(), *phones.routes()]
    return make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, more)


@pytest.fixture
def told(app: web.Application) -> dict[str, Any]:
    return document(app.router.routes())


def test_every_route_says_what_it_is_for_takes_and_gives(app: web.Application) -> None:
    for route in app.router.routes():
        contract = contract_of(route.handler)
        assert route.handler.__doc__, route
        assert contract.gives, f"{route} is not marked with @gives"
        assert contract.says_body or route.method in ("GET", "HEAD", "DELETE"), f"{route} is not marked with @takes"


def test_the_document_has_every_route_and_a_verb_of_its_own_for_each_verb(
    app: web.Application, told: dict[str, Any]
) -> None:
    paths = told["paths"]
    for route in app.router.routes():
        if route.resource and route.method != "HEAD" and not contract_of(route.handler).verbs:
            assert route.method.lower() in paths[route.resource.canonical]
    assert {f"/agents/{{agent}}/{verb}" for verb in AGENTS} < paths.keys()
    assert {f"/agents/{{agent}}/calls/{{call}}/{verb}" for verb in TALKS} < paths.keys()
    assert {f"/contacts/{{contact}}/{verb}" for verb in BY_HAND} < paths.keys()
    assert {f"/agents/{{agent}}/mails/{{mail}}/{verb}" for verb in CONTACTS} < paths.keys()
    identities = [each["operationId"] for path in paths.values() for each in path.values()]
    assert len(identities) == len(set(identities)) > 130


def test_a_verb_over_rest_has_what_its_path_does_not_say(told: dict[str, Any]) -> None:
    pause, accept, dispose = (
        told["paths"][f"/agents/{{agent}}/{verb}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for verb in ("pause", "chats/{chat}/accept", "dispose")
    )
    schemas = told["components"]["schemas"]
    assert schemas[pause["$ref"].rpartition("/")[2]]["properties"].keys() == {"reason", "after_contact", "by"}
    assert schemas[accept["$ref"].rpartition("/")[2]]["properties"].keys() == {"offer"}
    assert schemas[dispose["$ref"].rpartition("/")[2]]["properties"].keys() == {"contact", "code", "note", "by"}


def test_what_may_be_one_thing_or_another_is_told_as_both(told: dict[str, Any]) -> None:
    answers = told["paths"]["/history/queues"]["get"]["responses"]["200"]["content"]
    assert answers.keys() == {"application/json", "text/csv"}


def test_the_planes_reasons_are_among_the_codes() -> None:
    assert all(code in codes.CODES[status] for code, (status, _) in REASONS.items())


def test_who_may_ask_stands_at_every_way(told: dict[str, Any]) -> None:
    paths = told["paths"]
    assert paths["/health"]["get"]["security"] == paths["/session"]["post"]["security"] == []
    assert paths["/state"]["get"]["security"] == [{"token": ["supervisor"]}, {"session": ["supervisor"]}]
    assert paths["/users"]["post"]["security"] == [{"token": ["admin"]}, {"session": ["admin"], "csrf": ["admin"]}]


def test_parts_of_paths_and_queries_have_their_rules(told: dict[str, Any]) -> None:
    number, flow = (
        next(
            each
            for each in told["paths"]["/flows/{flow}/versions/{number}"]["get"]["parameters"]
            if each["name"] == name
        )
        for name in ("number", "flow")
    )
    assert number["schema"] == {"type": "string", "pattern": "^[0-9]{1,9}$"}
    assert flow["schema"] == {"type": "string", "minLength": 1}
    difference = told["paths"]["/flows/{flow}/diff"]["get"]["parameters"]
    assert [each["name"] for each in difference if each["in"] == "query"] == ["from", "to"]


def refusals() -> Iterator[tuple[int, str]]:
    """The status and code of every refusal that the sources write out."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "refusal"):
                match node.args:
                    case [ast.Constant(value=int(status)), ast.Constant(value=str(code)), *_]:
                        yield status, code


def test_every_code_is_published_under_its_status_and_none_that_is_not_there() -> None:
    written = set(refusals())
    assert len(written) > 60
    for status, code in written:
        assert code in codes.CODES[status], f"{code} ({status}) is not in tandem/cti/codes.py"
    texts = "".join(path.read_text() for path in SOURCES.rglob("*.py") if path.name != "codes.py")
    assert [code for code in codes.ALL if f'"{code}"' not in texts] == []
