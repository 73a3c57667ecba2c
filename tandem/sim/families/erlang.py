"""One queue, agents who are all alike: M/M/c, with people who give up (M/M/c+M) or with so many lines (M/M/c/K)."""

from collections.abc import Mapping
from math import inf
from random import Random
from typing import Any

import msgspec

from tandem.acd.settings import QueueSettings
from tandem.sim.arrivals import poisson
from tandem.sim.model import Figures, Span, centre, exponential, measure, staff, steady
from tandem.sim.tally import Tally, mean
from tandem.sim.world import World

QUEUE = "calls"


class ErlangC(msgspec.Struct):
    """Arrival rate, service rate, agents, and the threshold of the service level."""

    lam: float
    mu: float
    c: int
    t: float = inf


class ErlangA(ErlangC, kw_only=True):
    """`theta`: the rate at which those who wait give up."""

    theta: float


class ErlangK(msgspec.Struct):
    """`load` is arrival rate by service rate; c agents, K waiting places."""

    load: float
    mu: float
    c: int
    K: int
    t: float = inf


def erlang_c(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Everybody waits until they are served."""
    model = msgspec.convert(params, ErlangC)
    span = steady(contacts, model.lam, model.lam / model.mu / model.c, model.mu)
    return figures(model.c, model.t, span, *run(model.lam, model.mu, model.c, span, dice))


def erlang_a(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """Who waits too long gives up: Palm's model."""
    model = msgspec.convert(params, ErlangA)
    span = patient(contacts, model.lam, model.mu, model.theta)
    return figures(model.c, model.t, span, *run(model.lam, model.mu, model.c, span, dice, theta=model.theta))


def erlang_k(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """An arrival that finds every line in use hears busy; with K = 0 this is Erlang B."""
    model = msgspec.convert(params, ErlangK)
    rate, lines = model.load * model.mu, model.c + model.K
    span = steady(contacts, rate, min(model.load / model.c, busiest(model.K)), model.mu)
    return figures(model.c, model.t, span, *run(rate, model.mu, model.c, span, dice, lines=lines))


def busiest(places: int) -> float:
    """The load at which M/M/1 has `places` waiting in the mean: a queue with no more places never looks busier."""
    return places / (places + 1)


def patient(contacts: int, rate: float, mu: float, theta: float) -> Span:
    """The span of a system that people leave: it forgets at the slower of both rates, whatever its load."""
    return steady(contacts, rate, 0.0, min(mu, theta))


def run(
    rate: float, mu: float, agents: int, span: Span, dice: Random, theta: float = 0.0, lines: float = inf
) -> tuple[Tally, int]:
    """What was seen within the span, and how many were turned away in it."""
    world = World(centre([QueueSettings(QUEUE)], staff(agents)), exponential(dice, mu), lines)
    world.expect(poisson(dice, rate, QUEUE, give_up_rate=theta))
    return measure(world, span), world.turned_away


def figures(
    agents: int, threshold: float, span: Span, tally: Tally, turned_away: int, busy: float | None = None
) -> dict[str, float]:
    """All that is asked of a single queue, under the names of the oracle; `busy` is the time of all talks together,
    where that is not the agents' own."""
    answered, waits = tally.answered[QUEUE], tally.waits()
    arrivals = len(waits) + turned_away
    if busy is None:
        busy = agents * span.length - sum(tally.idle.values())
    level = sum(wait <= threshold for wait in answered) / arrivals
    return {
        "a": busy / span.length,
        "rho": busy / span.length / agents,
        "occ": busy / span.length / agents,
        "PW": sum(wait > 0 for wait in waits) / arrivals,
        "EW": mean(waits),
        "ASA": mean(answered),
        "Lq": sum(waits) / span.length,
        "served": len(answered) / arrivals,
        "Pab": len(tally.abandoned[QUEUE]) / arrivals,
        "block": turned_away / arrivals,
        "SL": level,
        f"SLoff({threshold:.6g})": level,
    }
