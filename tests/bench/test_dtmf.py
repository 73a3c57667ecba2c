"""The keys that sipp plays, read back from the capture."""

import struct
from pathlib import Path

import pytest

from bench.load.dtmf import KEYS, is_end, key_packets, write_keys


def packets(path: Path) -> list[tuple[float, bytes]]:
    """Time and RTP payload of each packet."""
    data, found, at = path.read_bytes(), [], 24
    while at < len(data):
        seconds, micro, length, _ = struct.unpack_from("<IIII", data, at)
        found.append((seconds + micro / 1e6, data[at + 16 + 42 : at + 16 + length]))
        at += 16 + length
    return found


def test_each_key_is_one_event_with_a_mark_at_its_start_and_three_ends(tmp_path: Path) -> None:
    write_keys(tmp_path / "keys.pcap", KEYS)
    events: dict[int, list[bytes]] = {}
    for _, rtp in packets(tmp_path / "keys.pcap"):
        events.setdefault(struct.unpack_from(">I", rtp, 4)[0], []).append(rtp)
    assert [event[0][12] for event in events.values()] == list(range(16))
    for event in events.values():
        assert [bool(rtp[1] & 0x80) for rtp in event] == [True] + [False] * (len(event) - 1)
        assert [bool(rtp[13] & 0x80) for rtp in event] == [False] * (len(event) - 3) + [True] * 3
        assert len({rtp[14:16] for rtp in event[-3:]}) == 1


def test_packets_are_numbered_and_timed_in_order(tmp_path: Path) -> None:
    write_keys(tmp_path / "keys.pcap", "159#")
    times, payloads = zip(*packets(tmp_path / "keys.pcap"), strict=True)
    assert list(times) == sorted(times)
    numbers = [struct.unpack_from(">H", rtp, 2)[0] for rtp in payloads]
    assert numbers == list(range(1, len(numbers) + 1))


def test_one_key_by_itself_is_numbered_from_where_it_is_told_and_ends_three_times() -> None:
    times, payloads = zip(*key_packets("7", 41, 16_000), strict=True)
    assert [struct.unpack_from(">HI", rtp, 2) for rtp in payloads] == [(41 + n, 16_000) for n in range(len(payloads))]
    assert [is_end(rtp) for rtp in payloads] == [False] * (len(payloads) - 3) + [True] * 3
    assert times[0] == pytest.approx(0.02)
    assert times[-1] == pytest.approx(0.16)


def test_a_key_no_phone_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="substring"):
        write_keys(tmp_path / "keys.pcap", "1E")
