"""Keys as a packet capture that sipp plays: RTP telephone-events (RFC 4733) in UDP, in a classic pcap file.

sipp sends the payloads from its own media port to the far end's; the addresses in the file mean nothing.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

KEYS = "0123456789*#ABCD"

_PAYLOAD_TYPE = 101
_FRAME = 0.02
TICKS = 160
"""RTP ticks (8000 a second) in one frame of 20 ms."""

FRAMES_HELD = 8
_FRAMES_BETWEEN = 8
_END_REPEATED = 3
"""RFC 4733, 2.5.1.4: the last packet of an event is sent three times."""


def write_keys(path: Path, keys: str) -> None:
    """Write `keys` (of KEYS), each held 160 ms with 160 ms between them, to `path`."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, packet in _packets(keys):
            frame = _ethernet(packet)
            file.write(struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame)


def key_packets(key: str, sequence: int, timestamp: int) -> Iterator[tuple[float, bytes]]:
    """The RTP packets of one of KEYS, the first numbered `sequence`, each with the seconds since the key went down."""
    held = [(frame, False) for frame in range(1, FRAMES_HELD + 1)]
    for number, (frame, is_end) in enumerate(held + [(FRAMES_HELD, True)] * _END_REPEATED):
        event = struct.pack(">BBH", KEYS.index(key), 0x8A if is_end else 0x0A, frame * TICKS)
        marker = 0x80 if frame == 1 else 0
        header = struct.pack(">BBHII", 0x80, marker | _PAYLOAD_TYPE, sequence + number, timestamp, 0x7A4D)
        yield frame * _FRAME, header + event


def is_end(packet: bytes) -> bool:
    """Whether a packet of `key_packets` says that the key is up."""
    return bool(packet[13] & 0x80)


def _packets(keys: str) -> Iterator[tuple[float, bytes]]:
    """Each RTP packet with the second it is sent at."""
    for position, key in enumerate(keys):
        began = position * (FRAMES_HELD + _FRAMES_BETWEEN)
        sequence = 1 + position * (FRAMES_HELD + _END_REPEATED)
        for at, packet in key_packets(key, sequence, (began + 1) * TICKS):
            yield began * _FRAME + at, packet


def _ethernet(payload: bytes) -> bytes:
    udp = struct.pack(">HHHH", 6000, 6000, 8 + len(payload), 0) + payload
    loopback = b"\x7f\0\0\1"
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, loopback, loopback)
    return bytes(12) + b"\x08\0" + ip + udp
