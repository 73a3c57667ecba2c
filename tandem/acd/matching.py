"""Which agents meet which needs. Agents have numbers, sets of them are bits; those who are alike are matched once."""

from collections import defaultdict
from collections.abc import Mapping

from tandem.acd.bits import bits
from tandem.acd.needs import Person, grade, lacking
from tandem.acd.settings import AgentSettings
from tandem.expression import Term


def person_of(agent: AgentSettings, now: float) -> Person:
    """The agent as needs see them at `now`: a skill is not held any more when its certificate has expired."""
    until = agent.certified_until
    skills = {skill: level for skill, level in agent.skills.items() if skill not in until or until[skill] > now}
    attributes = {name: (value,) if isinstance(value, str) else value for name, value in agent.attributes.items()}
    return Person(skills, {**attributes, "team": (agent.team,), "vendor": (agent.vendor,)})


def meets(agent: AgentSettings, need: Term, now: float = 0.0) -> bool:
    """True when the agent meets `need` at `now`."""
    return not lacking(need, person_of(agent, now))


class Matching:
    """Answers for one set of settings at `now`; made anew when they change, and when a certificate expires.

    `numbers`: agent to number. `expires`: when the next certificate does, epoch seconds, None when there is none.
    """

    def __init__(self, agents: Mapping[str, AgentSettings], now: float) -> None:
        self.numbers = {name: number for number, name in enumerate(agents)}
        alike: defaultdict[object, list[int]] = defaultdict(list)
        people: dict[object, Person] = {}
        for name, agent in agents.items():
            person = person_of(agent, now)
            profile = frozenset(person.skills.items()), frozenset(person.attributes.items())
            people[profile] = person
            alike[profile].append(self.numbers[name])
        self._alike = [(person, bits(alike[profile])) for profile, person in people.items()]
        moments = (moment for agent in agents.values() for moment in agent.certified_until.values())
        self.expires = min((moment for moment in moments if moment > now), default=None)
        self._graded: dict[Term, dict[int, int]] = {}

    def grades(self, need: Term) -> dict[int, int]:
        """The agents who meet the need, by how good they are at it."""
        if need not in self._graded:
            found: defaultdict[int, int] = defaultdict(int)
            for person, numbers in self._alike:
                if not lacking(need, person):
                    found[grade(need, person)] |= numbers
            self._graded[need] = dict(found)
        return self._graded[need]
