"""Which agents can serve which queues, cached by skill profile: agents with equal skills are matched once."""

from collections.abc import Mapping

from tandem.acd.settings import AgentSettings, QueueSettings

Profile = frozenset[tuple[str, int]]


def lacking(skills: Mapping[str, int], queue: QueueSettings) -> list[tuple[str, int, int]]:
    """The needs that `skills` do not meet, as (skill, proficiency held, proficiency needed)."""
    held = ((skill, skills.get(skill, 0), level) for skill, level in queue.needs.items())
    return [need for need in held if need[1] < need[2]]


def proficiency(skills: Mapping[str, int], queue: QueueSettings) -> int:
    """How good an agent who meets the queue's needs is at it: the least of the skills needed, 0 when it needs none."""
    return min((skills[skill] for skill in queue.needs), default=0)


class Matching:
    """Answers for one set of settings; made anew when they change. `own_first` as in Settings."""

    def __init__(
        self, queues: Mapping[str, QueueSettings], agents: Mapping[str, AgentSettings], own_first: bool
    ) -> None:
        self._queues = queues
        self._own_first = own_first
        self._profiles: dict[str, Profile] = {name: frozenset(agent.skills.items()) for name, agent in agents.items()}
        self._distinct = set(self._profiles.values())
        self._served_by: dict[str, dict[Profile, int]] = {}
        self._serves: dict[Profile, dict[str, int]] = {}

    def profile(self, agent: str) -> Profile | None:
        """The agent's skills, or None for an agent that is not in the settings."""
        return self._profiles.get(agent)

    def profiles_for(self, queue: str) -> Mapping[Profile, int]:
        """The profiles that meet the queue's needs, and how much the queue prefers each (the higher, the more)."""
        if queue not in self._served_by:
            needs = self._queues[queue]
            able = [profile for profile in self._distinct if not lacking(dict(profile), needs)]
            prefers = needs.selection == "most_proficient"
            self._served_by[queue] = {p: proficiency(dict(p), needs) if prefers else 0 for p in able}
        return self._served_by[queue]

    def queues_for(self, profile: Profile) -> Mapping[str, int]:
        """The queues whose needs the profile meets, and how much its agents prefer each (the higher, the more)."""
        if profile not in self._serves:
            skills = dict(profile)
            able = [queue for queue in self._queues.values() if not lacking(skills, queue)]
            self._serves[profile] = {q.name: proficiency(skills, q) if self._own_first else 0 for q in able}
        return self._serves[profile]
