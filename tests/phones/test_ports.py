"""Centres that run at the same time have no port in common."""

from tandem.service.config import PORTS, Config
from tests.live.ports import OFFSETS, free_offset

EPHEMERAL = 32768
"""The first port that Linux gives to connections by itself (ip_local_port_range)."""


def test_no_two_offsets_share_a_port_and_none_reaches_what_the_system_gives_away() -> None:
    single = [name for name in PORTS if not name.startswith("rtp")]
    seen: dict[int, int] = {}
    for offset in OFFSETS:
        config = Config(port_offset=offset)
        for name in single:
            assert seen.setdefault(config.port(name), offset) == offset
        assert config.port("rtp_last") < EPHEMERAL
    first, last = Config(port_offset=OFFSETS[0]), Config(port_offset=OFFSETS[-1])
    voices = range(first.port("rtp_first"), last.port("rtp_last") + 1)
    assert not seen.keys() & set(voices)


def test_who_has_an_offset_has_it_alone() -> None:
    with free_offset() as one, free_offset() as other:
        assert one != other
    seen = set()
    for _ in OFFSETS:
        with free_offset() as offset:
            seen.add(offset)
    assert {one, other} <= seen
