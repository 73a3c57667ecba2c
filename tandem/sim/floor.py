"""Who is at work now, in groups of those who are alike, as scenarios have them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tandem.acd.matching import person_of
from tandem.acd.settings import AgentSettings
from tandem.control.dispatch.loan import Loan, lent
from tandem.control.dispatch.outlook import Situation
from tandem.sim.quarters import Day
from tandem.sim.scenario import Group

ANSWERED_AFTER = 3.0
"""Seconds of ringing."""


class Floor(NamedTuple):
    """The groups; of those who can be moved (who is lent already can't be) the members, and by skill what they hold
    back."""

    groups: dict[str, Group]
    members: dict[str, tuple[str, ...]]
    held_back: dict[str, dict[str, int]]


def floor_of(situation: Situation, day: Day) -> Floor:
    """Those at work; a group is called by its team and, where a team has several kinds of agents, by their skills."""
    agents = situation.acd.agents
    there = [agents[name] for name in situation.at_work if name in agents]
    running = [loan for loan in situation.loans if loan.ended is None and loan.proposal.until > situation.now]
    lent_out = {name for loan in running for name in loan.agents}
    kinds = _kinds([agent for agent in there if agent.name not in lent_out])
    floor = Floor({}, {}, {})
    for name, kind in zip(_names(kinds), kinds, strict=True):
        floor.groups[name] = _group(kind[0], len(kind), situation.now)
        floor.members[name] = tuple(agent.name for agent in kind)
        floor.held_back[name] = kind[0].held_back
    for loan in running:
        out = [agent for agent in there if agent.name in loan.agents]
        for number, kind in enumerate(_kinds(out), 1):
            floor.groups.update(_on_loan(loan, number, kind, situation.now, day))
    return floor


def _on_loan(loan: Loan, number: int, kind: Sequence[AgentSettings], now: float, day: Day) -> Mapping[str, Group]:
    """Agents who are alike as they are lent, and as they are when they come back."""
    name, ends = f"{loan.proposal.group}, loan {loan.proposal.number}.{number}", day.clock(loan.proposal.until)
    away = _group(lent(kind[0], loan.proposal), len(kind), now)
    return {name: replace(away, end=ends), f"{name}, back": replace(_group(kind[0], len(kind), now), start=ends)}


def _group(agent: AgentSettings, count: int, now: float) -> Group:
    skills = dict(person_of(agent, now).skills)
    return Group(
        count, skills, agent.team, agent.vendor, agent.attributes, costs=agent.costs, answer_after=ANSWERED_AFTER
    )


def _kinds(agents: Sequence[AgentSettings]) -> list[list[AgentSettings]]:
    """Those who are alike together, in the order in which they come."""
    kinds: defaultdict[object, list[AgentSettings]] = defaultdict(list)
    for agent in agents:
        sets = agent.skills, agent.held_back, agent.certified_until, agent.costs, agent.attributes
        kinds[agent.team, agent.vendor, *(tuple(sorted(each.items())) for each in sets)].append(agent)
    return list(kinds.values())


def _names(kinds: Sequence[Sequence[AgentSettings]]) -> list[str]:
    """A name for each kind, no two alike."""
    teams = Counter(kind[0].team for kind in kinds)
    names: list[str] = []
    for kind in kinds:
        agent = kind[0]
        skills = ", ".join(sorted(agent.skills)) or "-"
        own = (
            agent.team if agent.team and teams[agent.team] == 1 else " ".join(filter(None, (agent.team, f"({skills})")))
        )
        names.append(own if own not in names else f"{own} {agent.name}")
    return names
