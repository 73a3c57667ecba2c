"""With many agents and many queues the same is chosen as by looking at everybody."""

import random

import pytest

from tandem.acd.events import AgentSignedIn, ContactLeft, ContactQueued, DeviceFound, SettingsChanged
from tandem.acd.router import Router
from tandem.acd.settings import QueueSettings
from tests.acd.playbook import START, offered_to
from tests.acd.test_selection import with_queues

SKILLS = [f"skill {number}" for number in range(8)]


def crowd(seed: int, pace: float) -> tuple[random.Random, dict[str, QueueSettings], dict[str, dict[str, int]], Router]:
    """60 agents with one to eight skills and 60 queues, some of which age at `pace`."""
    dice = random.Random(seed)
    people = {f"{n:02}": dict.fromkeys(dice.sample(SKILLS, dice.randint(1, 8)), dice.randint(1, 5)) for n in range(60)}
    queues = [
        QueueSettings(f"q{n}", {dice.choice(SKILLS): dice.randint(1, 4)}, ageing=pace if n % 3 else 1.0)
        for n in range(60)
    ]
    chosen = with_queues(*queues, **people)
    router = Router()
    router.handle(SettingsChanged(chosen), START)
    return dice, chosen.queues, people, router


def can(skills: dict[str, int], queue: QueueSettings) -> bool:
    assert isinstance(queue.needs, dict)
    return all(skills.get(skill, 0) >= level for skill, level in queue.needs.items())


@pytest.mark.parametrize("seed", range(10))
def test_the_longest_idle_of_many(seed: int) -> None:
    dice, queues, people, router = crowd(seed, 1.0)
    idle = dice.sample(sorted(people), 60)
    for number, name in enumerate(idle):
        router.handle(DeviceFound(name), START + number)
        router.handle(AgentSignedIn(name), START + number)
    for number in range(60):
        queue = dice.choice(sorted(queues))
        expected = next((name for name in idle if can(people[name], queues[queue])), None)
        offers = offered_to(router.handle(ContactQueued(f"c{number}", queue), START + 100))
        assert offers == ([(f"c{number}", expected)] if expected else [])
        idle = [name for name in idle if name != expected]
        if not expected:
            router.handle(ContactLeft(f"c{number}", "abandoned"), START + 100)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("pace", [1.0, 2.0])
def test_the_first_of_many(seed: int, pace: float) -> None:
    dice, queues, people, router = crowd(seed, pace)
    waiting = {}
    for number in range(200):
        queue = dice.choice(sorted(queues))
        waiting[f"c{number:03}"] = queue, number
        router.handle(ContactQueued(f"c{number:03}", queue), START + number)
    for name in dice.sample(sorted(people), 60):
        urgencies = {
            contact: queues[queue].ageing * (300 - came)
            for contact, (queue, came) in waiting.items()
            if can(people[name], queues[queue])
        }
        best = min(urgencies, key=lambda contact: (-urgencies[contact], contact), default=None)
        commands = router.handle(DeviceFound(name), START + 300) + router.handle(AgentSignedIn(name), START + 300)
        assert offered_to(commands) == ([(best, name)] if best else [])
        waiting.pop(best or "", None)
