"""Who waits is served by more and more people as a queue's plan says, and an agent may go at any moment."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tandem.acd.words import Language
from tandem.service import history
from tandem.service.journals import read_journal
from tandem.store import queries
from tandem.store.models import Activity, Offer, QueueStep, Step, Wait
from tests.live.centre import HOTLINE, LiveCentre, State, agent_in, live_centre, numbers
from tests.live.offers import check_offers
from tests.phones import Line, tone

pytestmark = pytest.mark.live

IN_TIME = 0.6
"""Seconds within which a step of a plan is followed by what it lets happen."""
VOICE = 700
"""Of agents, in hertz."""
FLOW = """
name: hotline
languages: [en]
start: tv
apology: sorry
nodes:
  tv: {type: queue, queue: tv, while_waiting: {announce_after: 300}, next: bye}
  bye: {type: end}
texts: {sorry: {en: We are sorry.}}
"""
CENTRE = """
lines: {"4008": hotline}
queues:
  tv:
    needs: {tv: 3}
    ring_seconds: 8
    wrap_up_seconds: 1
    plan: [PLAN]
agents:
  "1001": {skills: {tv: 3}}
  "1002": {skills: {tv: 3}}
  "1003": {skills: {tv: 1}}
  "1004": {skills: {washing: 3}, team: blended}
  "1005": {skills: {washing: 3}, team: blended}
  "1006": {skills: {washing: 3}, team: blended}
  "1007": {skills: {washing: 3}, vendor: acme}
"""


@asynccontextmanager
async def centre_with(home: Path, plan: str) -> AsyncIterator[LiveCentre]:
    """A centre whose callers come straight into the queue, which has this plan."""
    async with live_centre(home, CENTRE.replace("PLAN", plan), FLOW) as centre:
        yield centre
        await check_offers(centre)
        await centre.check_books()


async def call_in(centre: LiveCentre, number: str) -> Line:
    """A caller, now in the queue or already with an agent."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    await centre.until(lambda state: _call(state, number)["state"] != "flow", "the call to be queued")
    return line


def _call(state: State, number: str) -> State:
    return next((call for call in state["calls"] if call["caller"] == number), {"state": "flow"})


def why(centre: LiveCentre, call: str, language: Language) -> str:
    """What `tandem why` tells, asked beside the running controller; the command itself takes long to start."""
    return "\n".join(text for _, text in history.why(read_journal(centre.config), call, time.time(), language))


async def offers(centre: LiveCentre) -> list[tuple[str, str, str]]:
    """Caller's number, agent and outcome of every offer, in order."""
    by_call = {contact.call: number for number, contact in (await centre.contacts()).items()}
    return [(by_call[offer.call], offer.agent, offer.outcome) for offer in await centre.rows(Offer)]


async def test_rings_widen_for_those_who_wait_and_why_tells_the_steps(tmp_path: Path) -> None:
    plan = "{after: 3, needs: {tv: 1}}, {after: 6, team: blended}, {after: 9, vendor: acme}"
    async with centre_with(tmp_path, plan) as centre:
        for name in ("1001", "1003", "1004", "1007"):
            agent = await centre.agent(name)
            agent.auto_answers()
        callers = numbers(4)
        lines = [await call_in(centre, number) for number in callers]
        await centre.call_is(callers[0], "connected")
        waiting = [await centre.call_is(number, "queued") for number in callers[1:]]
        assert [call["place"] for call in waiting] == [1, 2, 3]
        english, chinese = why(centre, waiting[2]["call"], "en"), why(centre, waiting[2]["call"], "zh-CN")
        assert re.search(
            r"has waited for [0-3] s; nobody can take it: 1001: with another contact \(connected\); "
            r"1003: tv 1 < 3 \(step not yet in force: after 3 s: needs tv >= 1\); "
            r"1004: no tv \(step not yet in force: after 6 s: team blended\); "
            r"1007: no tv \(step not yet in force: after 9 s: vendor acme\); something changes by itself in [0-3] s$",
            english,
        ), english
        assert re.search(
            r"已等待[0-3]秒;无人可接:1001: 正在服务其他客户\(通话中\); "
            r"1003: tv 1 < 3\(尚未生效的步骤:等待3秒后:要求tv >= 1\); .*;[0-3]秒后情况会自行变化$",
            chinese,
        ), chinese
        for number in callers[1:]:
            await centre.call_is(number, "connected")
        await asyncio.gather(*(line.hang_up() for line in lines))
        await centre.idle()

        assert await offers(centre) == [
            (number, agent, "answered") for number, agent in zip(callers, ("1001", "1003", "1004", "1007"), strict=True)
        ]
        waits = {wait.agent: wait for wait in await centre.rows(Wait)}
        assert [waits[agent].since for agent in ("1003", "1004", "1007")] == [call["enqueued_at"] for call in waiting]
        for offer in await centre.rows(Offer):
            moment = {"1001": 0, "1003": 3, "1004": 6, "1007": 9}[offer.agent]
            assert moment <= offer.offered_at - waits[offer.agent].since < moment + IN_TIME
        told = await centre.tandem("why", waiting[2]["call"])
        assert "in force: needs tv >= 1, team blended, vendor acme\n" in told
        steps = [
            step.detail for step in await centre.rows(Step) if (step.what, step.call) == ("plan", waiting[2]["call"])
        ]
        assert steps == ["needs tv >= 1", "team blended", "vendor acme"]


async def test_the_blended_group_helps_while_the_queue_is_long_and_no_longer(tmp_path: Path) -> None:
    plan = "{when: {measure: length, on: 3, off: 1}, team: blended}"
    async with centre_with(tmp_path, plan) as centre:
        own, blended = await centre.agent("1001"), await centre.agent("1004")
        own.auto_answers()
        blended.auto_answers()
        first, second, third, fourth, fifth = numbers(5)
        lines = {number: await call_in(centre, number) for number in (first, second, third)}
        await centre.call_is(first, "connected")
        assert agent_in(await centre.state(), "1004")["state"] == "ready"

        lines[fourth] = await call_in(centre, fourth)
        await centre.call_is(second, "connected")
        call = await centre.call_is(third, "queued")
        assert "the plan, for everyone: while the queue's length >= 3: team blended" in why(centre, call["call"], "en")
        assert "排队方案对所有人生效:当排队人数 >= 3时:开放给小组blended" in why(centre, call["call"], "zh-CN")
        await lines[second].hang_up()
        await centre.call_is(third, "connected")  # two waited: fewer than began it, more than end it
        await lines[third].hang_up()
        await centre.agent_is("1004", "ready")
        lines[fifth] = await call_in(centre, fifth)
        assert [(await centre.call_is(number, "queued"))["agent"] for number in (fourth, fifth)] == [None, None]
        await centre.agent_is("1004", "ready")
        for number, next_one in ((first, fourth), (fourth, fifth)):
            await lines[number].hang_up()
            await centre.call_is(next_one, "connected")
        await lines[fifth].hang_up()
        await centre.idle()

        served = [(first, "1001"), (second, "1004"), (third, "1004"), (fourth, "1001"), (fifth, "1001")]
        assert await offers(centre) == [(number, agent, "answered") for number, agent in served]
        began, ended = await centre.rows(QueueStep)
        assert [(row.queue, row.step, row.what, row.in_force) for row in (began, ended)] == [
            ("tv", 0, "team blended", True),
            ("tv", 0, "team blended", False),
        ]
        connected = {wait.agent: wait.left_at for wait in await centre.rows(Wait)}
        assert began.at < ended.at <= connected["1004"]


async def test_an_agent_pauses_while_their_phone_rings_and_in_a_talk(tmp_path: Path) -> None:
    async with centre_with(tmp_path, "") as centre:
        first, second = await centre.agent("1001"), await centre.agent("1002")
        (number,) = numbers(1)
        line = await call_in(centre, number)
        before = await centre.call_is(number, "queued")
        ringing = await first.rings()
        await centre.tell("1001", "pause", "lunch")
        await ringing.ended()
        at_work = await second.rings()
        after = await centre.call_is(number, "queued")
        assert [after[name] for name in ("place", "enqueued_at")] == [1, before["enqueued_at"]]
        lunch = await centre.agent_is("1001", "paused", "lunch")
        assert lunch["paused_since"] == lunch["since"] > before["enqueued_at"]

        await at_work.answer()
        at_work.says(tone(VOICE, seconds=20))
        await line.hears_tone(VOICE)
        await centre.tell("1002", "pause", "training")
        talking = agent_in(
            await centre.until(lambda state: agent_in(state, "1002")["wants"] == "paused", "the pause to be asked for"),
            "1002",
        )
        assert (talking["state"], talking["paused_since"]) == ("connected", None)
        line.pass_over()
        await line.hears_tone(VOICE)
        await line.hang_up()
        training = await centre.agent_is("1002", "paused", "training")
        assert training["paused_since"] == training["since"] > lunch["since"]

        await first.unplug()
        await centre.agent_is("1001", "not_ready", "device")
        await first.plug_in()
        assert (await centre.agent_is("1001", "paused", "lunch"))["paused_since"] == lunch["paused_since"]
        for name in ("1001", "1002"):
            await centre.tell(name, "ready")
            await centre.agent_is(name, "ready")
        await centre.idle()

        assert await offers(centre) == [(number, "1001", "withdrawn"), (number, "1002", "answered")]
        assert await stretches(centre, "1001") == [
            "ready",
            "reserved",
            "ringing",
            "paused: lunch",
            "not_ready: device",
            "paused: lunch",
        ]
        assert (await stretches(centre, "1002"))[-3:] == ["connected", "wrap_up", "paused: training"]
        (wait,) = await centre.rows(Wait)
        assert (wait.since, wait.agent) == (before["enqueued_at"], "1002")


async def stretches(centre: LiveCentre, agent: str) -> list[str]:
    """What an agent did, since they were ready first."""
    rows = [row for row in await centre.rows(Activity) if row.agent == agent]
    told = [f"{row.state}: {row.reason}" if row.reason else row.state for row in rows]
    return told[told.index("ready") :]


async def test_a_plan_that_is_changed_under_load_serves_those_who_wait_and_resets_nothing(tmp_path: Path) -> None:
    async with centre_with(tmp_path, "{after: 600, priority: 1}") as centre:
        names = ["1001", "1002", "1004", "1005", "1006"]
        for name in names:
            (await centre.agent(name)).auto_answers()
        callers = numbers(12)
        lines = await asyncio.gather(*(call_in(centre, number) for number in callers))
        for_talk = await centre.until(lambda state: len(talks(state)) == 2, "two talks")
        agents_before, waiting_before = clocks(for_talk), ages(for_talk)
        assert (len(waiting_before), {state for state, _ in agents_before.values()}) == (10, {"connected", "ready"})
        figures_before = await centre.records(queries.intervals)

        await centre.change(CENTRE.replace("PLAN", "{after: 600, priority: 1}, {after: 1, team: blended}"))
        after = await centre.until(lambda state: len(talks(state)) == 5, "three more talks")
        oldest = sorted(waiting_before, key=lambda number: waiting_before[number])
        assert set(talks(after)) - set(talks(for_talk)) == set(oldest[:3])
        assert ages(after) == {number: waiting_before[number] for number in oldest[3:]}
        assert {name: clock for name, clock in clocks(after).items() if name in ("1001", "1002")} == {
            name: agents_before[name] for name in ("1001", "1002")
        }
        assert not any(line.is_over for line in lines)
        figures_after = await centre.records(queries.intervals)
        assert [row.offered for row in figures_after] == [row.offered for row in figures_before] == [12]
        assert [row.answered for row in figures_after] == [5]
        assert (await centre.tandem("balance")).endswith("every quarter-hour balances\n")

        await centre.change(CENTRE.replace("PLAN", "{after: 600, priority: 1}"))
        await centre.until(lambda state: len(talks(state)) == 5, "the talks to go on")
        by_number = dict(zip(callers, lines, strict=True))
        for number in talks(after):
            await by_number[number].hang_up()
        done = await centre.until(
            lambda state: len(talks(state)) == 2 and not set(talks(state)) & set(talks(after)), "two talks"
        )
        assert set(talks(done)) == set(oldest[3:5])
        await asyncio.gather(*(line.hang_up() for line in lines if not line.is_over))
        await centre.idle()
        waits = {wait.call: wait.since for wait in await centre.rows(Wait)}
        calls = {call["call"]: call["enqueued_at"] for call in for_talk["calls"] if call["enqueued_at"]}
        assert {call: waits[call] for call in calls} == calls


def talks(state: State) -> Sequence[str]:
    """The callers in talk."""
    return [call["caller"] for call in state["calls"] if call["state"] == "connected"]


def ages(state: State) -> dict[str, float]:
    """Since when those wait who wait, by caller."""
    return {call["caller"]: call["enqueued_at"] for call in state["calls"] if call["state"] == "queued"}


def clocks(state: State) -> dict[str, tuple[str, float]]:
    """State of each agent who is at work, and since when."""
    seen = state["board"]["agents"]
    return {agent["agent"]: (agent["state"], agent["since"]) for agent in seen if agent["state"] != "signed_out"}
