"""Which agents can serve which queues, cached by skill profile: agents with equal skills are matched once."""

from collections.abc import Mapping

from tandem.acd.settings import AgentSettings, QueueSettings

Profile = frozenset[tuple[str, int]]


def lacking(skills: Mapping[str, int], queue: QueueSettings) -> list[tuple[str, int, int]]:
    """The needs that `skills` do not meet, as (skill, proficiency held, proficiency needed)."""
    held = ((skill, skills.get(skill, 0), level) for skill, level in queue.needs.items())
    return [need for need in held if need[1] < need[2]]


class Matching:
    """Answers for one set of settings; made anew when they change."""

    def __init__(self, queues: Mapping[str, QueueSettings], agents: Mapping[str, AgentSettings]) -> None:
        self._queues = queues
        self._profiles: dict[str, Profile] = {name: frozenset(agent.skills.items()) for name, agent in agents.items()}
        self._distinct = set(self._profiles.values())
        self._served_by: dict[str, frozenset[Profile]] = {}
        self._serves: dict[Profile, tuple[str, ...]] = {}

    def profile(self, agent: str) -> Profile | None:
        """The agent's skills, or None for an agent that is not in the settings."""
        return self._profiles.get(agent)

    def profiles_for(self, queue: str) -> frozenset[Profile]:
        """The profiles that meet the queue's needs."""
        if queue not in self._served_by:
            needs = self._queues[queue]
            self._served_by[queue] = frozenset(p for p in self._distinct if not lacking(dict(p), needs))
        return self._served_by[queue]

    def queues_for(self, profile: Profile) -> tuple[str, ...]:
        """The queues whose needs the profile meets."""
        if profile not in self._serves:
            skills = dict(profile)
            self._serves[profile] = tuple(name for name, queue in self._queues.items() if not lacking(skills, queue))
        return self._serves[profile]
