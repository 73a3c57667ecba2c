"""The rules of docs/cti.md, a check each."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec

from tandem.conformance.client import ANSWER_SECONDS, Broken, Desktop, Ended, Message, Server, expect

DESK, EVENTS, VERBS = "a-desk", "events", "verbs"
LARGE = 256 * 1024
"""Bytes: more than any message is long."""
KEPT = 500
REASON = "conformance"
NOBODY = ("unknown_agent", "not_yours")
"""The codes for an agent that there is not: a program's, and that of people, who may not even know."""
STATUS = {"unknown_verb": 404, "unknown_agent": 404, "not_yours": 403}
"""Of codes whose status is not 400."""

Check = Callable[[Server], Awaitable[None]]


class Rule(msgspec.Struct, frozen=True):
    """A check, by a name for people, and the section of docs/cti.md that it is from."""

    name: str
    section: str
    check: Check


RULES: list[Rule] = []


def rule(name: str, section: str) -> Callable[[Check], Check]:
    """Put a check among the rules."""

    def add(check: Check) -> Check:
        RULES.append(Rule(name, section, check))
        return check

    return add


@rule("a hello is answered by a snapshot of the desk", DESK)
async def snapshot(server: Server) -> None:
    """Whole, with the position it was taken at."""
    async with server.connected() as desktop:
        first = await desktop.hello(agent=server.agent, take=True)
    expect(first["type"] == "snapshot", "a hello without `after` is not answered by a snapshot")
    expect(first.get("works") is True, "who took the desk does not work at it")
    expect(first.get("agent", {}).get("agent") == server.agent, "the snapshot is of another agent")
    expect(isinstance(first["agent"].get("state"), str), "the agent in the snapshot has no state")
    expect(isinstance(first.get("contacts"), list), "the snapshot has no contacts")


@rule("events are numbered without a gap, and an agent who changes is told of", EVENTS)
async def numbering(server: Server) -> None:
    """Two desktops see the same, under the same numbers."""
    async with server.at_desk() as worker, server.at_desk(mode="watch", take=False) as watcher:
        before = worker.number
        await _stir(server, worker)
        await _settled(worker)
        while watcher.number < worker.number:
            await watcher.until("event")
        expect(worker.number > before, "an agent who pauses and is ready again makes no event")
        expect(any(told["event"] == "AgentChanged" for told in worker.events), "there was no AgentChanged")
        expect(watcher.events == worker.events, "who watches sees other events")


@rule("who was cut off goes on with what was missed", DESK)
async def resuming(server: Server) -> None:
    """`resumed`, then every event that another desktop saw meanwhile."""
    async with server.at_desk() as desktop:
        after = desktop.position
    async with server.at_desk() as other:
        await _stir(server, other)
        await _settled(other)
        async with server.connected() as again:
            first = await again.hello(agent=server.agent, mode="watch", after=after)
            expect(first["type"] == "resumed", "who goes on after a short while gets a snapshot")
            missed = other.number - after["number"]
            expect(first["missed"] == missed, f"{first['missed']} events are told of as missed, not {missed}")
            for _ in range(first["missed"]):
                await again.until("event")
            expect(again.events == other.events, "what is told again is not what was told")


@rule("who was cut off for too long gets a snapshot", DESK)
async def resuming_too_late(server: Server) -> None:
    """So does who comes from another stream, or from a number that has not been."""
    async with server.at_desk() as desktop:
        now = desktop.position
    afters = [{"stream": "another", "number": now["number"]}, now | {"number": now["number"] + 1000}]
    if now["number"] > KEPT:
        afters.append(now | {"number": 0})
    for after in afters:
        async with server.connected() as desktop:
            first = await desktop.hello(agent=server.agent, mode="watch", after=after)
            expect(first["type"] == "snapshot", f"after {after} there is no snapshot")
            expect(desktop.position == now, f"the snapshot is at {desktop.position}, not at {now}")


@rule("beats come, with the position of the desk", DESK)
async def beats(server: Server) -> None:
    """Two of them, each in its time."""
    async with server.at_desk() as desktop:
        for _ in range(2):
            await desktop.until("beat", server.beat + 2.0)
            await desktop.send({"type": "beat"})


@rule("a silent desktop is cut, one that beats is not", DESK)
async def silence(server: Server) -> None:
    """After 15 seconds, as the server looks every 5."""
    latest = server.silent + 2 * server.beat + 2.0
    async with server.at_desk() as alive, server.at_desk(mode="watch", take=False) as silent:
        beating = asyncio.ensure_future(_beat(alive, server))
        try:
            began = asyncio.get_running_loop().time()
            await silent.end(latest)
            lasted = asyncio.get_running_loop().time() - began
            expect(lasted > server.silent - 0.5, f"a desktop was cut after {lasted:.1f} seconds")
            expect(not beating.done(), "a desktop that beats was cut")
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)


@rule("one session works at a desk; another takes it over, or watches", DESK)
async def taking_over(server: Server) -> None:
    """Who watches is refused verbs, and who is taken over hears by whom."""
    async with server.at_desk() as first:
        async with server.connected() as refused:
            expect(await _refused_hello(refused, agent=server.agent) == "at_work", "two sessions work at one desk")
        async with server.connected() as second:
            watching = await second.hello(agent=server.agent, mode="watch")
            expect(watching.get("works") is False, "who asked to watch works")
            await _refused(second, "ready", {}, "watching")
        async with server.at_desk():
            taken = await first.until("taken_over")
            expect(isinstance(taken.get("by"), str), "`taken_over` does not say by whom")
            await _refused(first, "ready", {}, "watching")


@rule("who comes back under the same name has their own place again", DESK)
async def own_place(server: Server) -> None:
    """Without taking it over from themselves."""
    async with server.at_desk(desktop="conformance-1") as lost:
        async with server.connected() as other:
            code = await _refused_hello(other, agent=server.agent, desktop="conformance-2")
            expect(code == "at_work", "another desktop has the place too")
        async with server.connected() as back:
            expect((await back.hello(agent=server.agent, desktop="conformance-1")).get("works"), "it only watches")
            await lost.end()


@rule("a verb that can't be done is refused with its code", VERBS)
async def refusals(server: Server) -> None:
    """Over the WebSocket and over REST alike, and the connection goes on."""
    contact = {"contact": "no-such-contact"}
    cases: list[tuple[str, Message, str]] = [
        ("dance", {}, "unknown_verb"),
        ("pause", {}, "bad_reason"),
        ("pause", {"reason": "x" * 65}, "bad_reason"),
        ("pause", {"reason": 7}, "bad_json"),
        ("ready", {"field": "of no verb"}, "bad_json"),
        ("extend", {"seconds": 0}, "bad_seconds"),
        ("extend", {"seconds": 1e9}, "bad_seconds"),
        *((verb, contact, "unknown_contact") for verb in ("accept", "decline", "say", "close")),
    ]
    if reasons := await _reasons(server):
        cases.append(("pause", {"reason": f"not {reasons[0]}"}, "unknown_reason"))
    async with server.at_desk() as desktop:
        for verb, given, code in cases:
            await _refused(desktop, verb, given, code)
    for verb, given, code in cases:
        if given is not contact:
            await _refused_by_rest(server, f"/agents/{server.agent}/{verb}", given, code)
    await _refused_by_rest(server, "/agents/no-such-agent/ready", {}, *NOBODY)


@rule("a message that is none ends the connection with a code", DESK)
async def messages(server: Server) -> None:
    """Unknown types and fields, what is no JSON, and a second hello."""
    nested = '{"type":"do","id":"1","verb":"ready","given":{"a":' + "[" * 5000 + "]" * 5000 + "}}"
    for text in ('{"type":"dance"}', '{"type":"beat","field":1}', '{"type":"do"}', "{", "", "[]", nested, "\0"):
        async with server.at_desk() as desktop:
            await _ends(desktop, text, "bad_message")
    async with server.at_desk() as desktop:
        await _ends(desktop, _hello(agent=server.agent), "second_hello")
    beginnings = [
        (_hello(field=1), "bad_message"),
        (_hello(mode="rule"), "bad_message"),
        ({"type": "beat"}, "no_hello"),
    ]
    for message, code in beginnings:
        async with server.connected() as desktop:
            await _ends(desktop, message, code)
    async with server.connected() as desktop:
        await _ends(desktop, _hello(agent="no-such-agent"), *NOBODY)


@rule("a message that is too long or not text ends the connection, and nothing else", DESK)
async def frames(server: Server) -> None:
    """The next connection is served."""
    for message in ('{"type":"beat"}' + " " * LARGE, b"\xff\x00"):
        async with server.at_desk() as desktop:
            await desktop.send(message)
            await desktop.end()
    async with server.at_desk() as desktop:
        expect(desktop.stream, "there is no desk any more")


@rule("nobody without a session or token gets a desk, nor does a page of another site", "the-cti-protocol")
async def strangers(server: Server) -> None:
    """401, and 403."""
    async with aiohttp.ClientSession() as stranger:
        await _shut_out(server, stranger, {"Authorization": "Bearer wrong"}, 401)
    await _shut_out(server, server.session, {"Origin": "https://elsewhere.example"}, 403)


# --- what the checks share -------------------------------------------------------------------------------------------


def _hello(**given: object) -> Message:
    return {"type": "hello", **given}


async def _shut_out(server: Server, session: aiohttp.ClientSession, headers: dict[str, str], status: int) -> None:
    try:
        async with session.ws_connect(f"{server.url}/desktop", headers=headers):
            raise Broken(f"a connection with {headers} is opened")
    except aiohttp.WSServerHandshakeError as error:
        expect(error.status == status, f"a connection with {headers} is refused with {error.status}, not {status}")


async def _reasons(server: Server) -> list[str]:
    status, reasons = await server.rest("GET", "/pause-reasons")
    expect(status == 200 and isinstance(reasons, list), f"GET /pause-reasons answers {status}")
    return list(reasons)


async def _stir(server: Server, desktop: Desktop) -> None:
    """Make events: the agent is at work, pauses, and is ready again."""
    reason = next(iter(await _reasons(server)), REASON)
    for verb, given in (("sign-in", {}), ("pause", {"reason": reason}), ("ready", {}), ("pause", {"reason": reason})):
        answer = await desktop.do(verb, given)
        expect(answer["type"] == "done", f"{verb} is refused: {answer}")
    await desktop.do("ready", {})


async def _settled(desktop: Desktop) -> None:
    """Until two beats have come: what comes of a verb takes no longer than the time between them."""
    for _ in range(2):
        await desktop.until("beat")
        await desktop.send({"type": "beat"})


async def _beat(desktop: Desktop, server: Server) -> None:
    while True:
        await desktop.until("beat", server.beat + 2.0)
        await desktop.send({"type": "beat"})


async def _refused(desktop: Desktop, verb: str, given: Message, code: str) -> None:
    answer = await desktop.do(verb, given)
    told = answer.get("code", answer["type"])
    expect(told == code, f"{verb} with {given} is answered by {told}, not by {code}")
    expect(answer.get("message"), f"the refusal of {verb} has no message")


async def _refused_by_rest(server: Server, path: str, given: Message, *codes: str) -> None:
    status, told = await server.rest("POST", path, given)
    error = told.get("error", {}) if isinstance(told, dict) else {}
    expect(error.get("code") in codes, f"POST {path} with {given} answers {status} {told}, not {codes[0]}")
    wanted = STATUS.get(error["code"], 400)
    expect(status == wanted, f"POST {path} with {given} answers with {status}, not {wanted}")


async def _refused_hello(one: Desktop, /, **given: object) -> str:
    try:
        await one.hello(**given)
    except (Ended, Broken):
        last = await one.end()
        return str(last.get("code", "")) if last else ""
    return ""


async def _ends(desktop: Desktop, message: object, *codes: str) -> None:
    await desktop.send(message)
    last = await desktop.end(ANSWER_SECONDS)
    expect(last.get("code") in codes, f"after {str(message)[:60]!r} the last word is {last}, not {codes[0]}")
