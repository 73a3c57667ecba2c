"""Who asks, and how, behind a proxy on this machine: what that saw, and what it says in its headers."""

import ipaddress

from aiohttp import web


def client_of(request: web.Request) -> str:
    """The client's address; behind a proxy on this machine, the one that the proxy saw."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(forwarded)) if ipaddress.ip_address(peer).is_loopback else peer
    except ValueError:
        return peer


def is_encrypted(request: web.Request) -> bool:
    """Whether the client asks by https, be it only as far as the proxy."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"
