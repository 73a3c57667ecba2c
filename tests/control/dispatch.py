"""A proposal of the dispatch, for tests."""

from msgspec.structs import replace

from tandem.control.dispatch.loan import Change, Effect, Figure, Proposal
from tests.control.playbook import BEGIN


def figure(mean: float) -> Figure:
    return Figure(mean, mean - 0.1, mean + 0.1)


def proposal(number: int = 7, until: float = BEGIN + 3600, **different: object) -> Proposal:
    """Two of the three agents leave chat for tech, where they take what others cannot."""
    before, after = (Effect(figure(level), Figure(40.0, 30.0, 50.0)) for level in (0.7, 0.8))
    usual = Proposal(
        number=number,
        group="day",
        agents=2,
        members=("1001", "1002", "1003"),
        gives={"tv": 2},
        takes=("chat",),
        away=("chat",),
        to=("tech",),
        until=until,
        gain=Figure(9.0, 4.0, 14.0),
        changes=(Change("tech", before, after),),
        words={"en": "move 2 of day from chat to tech", "zh-CN": "将day的2名坐席从chat调到tech"},
    )
    return replace(usual, **different)
