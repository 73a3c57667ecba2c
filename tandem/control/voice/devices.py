"""The agents' phones: which of them are there, which one is rung, and how it takes a call."""

from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands
from tandem.control.context import Context
from tandem.control.destinations import destination
from tandem.control.voice.call import Leg

NEXT_PHONE = frozenset({"unreachable", "busy"})
"""What makes the agent's next phone ring, within the same offer."""
SHORTEST_RING = 2.0
"""Seconds; where less is left of an offer, no other phone is rung for it."""


def owners(context: Context, device: str) -> list[str]:
    """The agents who use this phone."""
    agents = context.state.settings.acd.agents.values()
    return [agent.name for agent in agents if not agent.number and device in agent.devices]


def is_there(context: Context, agent: AgentSettings) -> bool:
    """Whether an agent can be rung: on one phone at least, on a kept line, or on a number, which is always there."""
    if agent.nailed_up:
        line = context.state.lines.get(agent.name)
        return line is not None and line.is_there
    return bool(agent.number) or any(device in context.state.devices for device in agent.devices)


def to_ring(context: Context, agent: AgentSettings) -> tuple[str, ...]:
    """What to ring for an agent, in this order: the phones that are there, a number. Empty: nothing can be rung.

    When nothing is known of the phones yet, the preferred one.
    """
    if agent.number:
        number = destination(context.state.settings.dial_plan, agent.number)
        return (number,) if number else ()
    there = tuple(device for device in agent.devices if device in context.state.devices)
    return there or agent.devices[:1]


def dressed(context: Context, leg: Leg, command: commands.Command) -> commands.Command:
    """The command to ring an agent, with how their phone takes it; to a number goes no caller's number."""
    agent = context.state.settings.acd.agents.get(leg.agent)
    if agent is None or not isinstance(command, commands.RingAgent | commands.PlayToAgent):
        return command
    command = replace(command, manner=manner(context, agent, leg.device))
    if agent.number:
        command = replace(command, caller=context.state.settings.dial_plan.caller_id, caller_name="")
    return command


def manner(context: Context, agent: AgentSettings, device: str) -> commands.Manner:
    """How the agent's phone takes a call."""
    after = agent.auto_answer
    if isinstance(after, dict):
        after = after.get(device)
    if not agent.number:
        return commands.Manner(after, agent.tone)
    remote = context.state.settings.remote_agents
    if not agent.confirm:
        return commands.Manner(None, agent.tone or agent.nailed_up)
    say = tuple(commands.Utterance(language, text) for language, text in remote.confirm_text.items())
    return commands.Manner(None, agent.tone or agent.nailed_up, remote.confirm_key, say)
