"""Which agents can serve which queues. Agents are numbered and sets of them are bits; equal skills are matched once."""

from collections import defaultdict
from collections.abc import Mapping

from tandem.acd.bits import bits
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
    """Answers for one set of settings; made anew when they change. `numbers`: agent to number."""

    def __init__(self, agents: Mapping[str, AgentSettings]) -> None:
        self.numbers = {name: number for number, name in enumerate(agents)}
        alike: defaultdict[Profile, list[int]] = defaultdict(list)
        for name, agent in agents.items():
            alike[frozenset(agent.skills.items())].append(self.numbers[name])
        self._alike = {profile: bits(numbers) for profile, numbers in alike.items()}

    def grades(self, queue: QueueSettings) -> dict[int, int]:
        """The agents who meet the queue's needs, by how good they are at it."""
        found: defaultdict[int, int] = defaultdict(int)
        for profile, numbers in self._alike.items():
            skills = dict(profile)
            if not lacking(skills, queue):
                found[proficiency(skills, queue)] |= numbers
        return dict(found)
