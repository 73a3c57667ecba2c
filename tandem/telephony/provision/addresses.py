"""The addresses that this machine has."""

import fcntl
import socket
import struct
from contextlib import suppress

_SIOCGIFADDR = 0x8915
_PLACE = slice(20, 24)
"""Where the kernel puts the address into a `struct ifreq`, see netdevice(7)."""


def own_addresses() -> list[str]:
    """The first IPv4 address of every network interface, without loopback's."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without one
                asked = struct.pack("256s", name.encode()[:15])
                found.append(socket.inet_ntoa(fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, asked)[_PLACE]))
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")]
