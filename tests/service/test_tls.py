"""The web side over TLS, and how our own programs check it."""

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tandem.cti.http import serve
from tandem.service.admin_client import ask
from tandem.service.config import PROJECT, Config, ConfigError

GOLDEN = PROJECT / "tests/golden/tls"


def config(port: int = 8080) -> Config:
    return Config(tls_certificate=GOLDEN / "certificate.pem", tls_key=GOLDEN / "key.pem", http_port=port)


async def test_our_own_programs_trust_the_configured_certificate_and_no_other() -> None:
    runner = await serve(web.Application(), "127.0.0.1", 0, config().tls())
    own = config(runner.addresses[0][1])
    assert own.web_url.startswith("https://127.0.0.1:")
    async with aiohttp.ClientSession() as session:
        async with session.get(own.web_url, ssl=own.trust()) as answer:
            assert answer.status == 404
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(own.web_url, ssl=Config().trust())
    await runner.cleanup()


@pytest.mark.parametrize("speaks", [True, False])
async def test_nothing_is_done_beside_a_controller_that_shows_another_certificate(
    speaks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = await serve(web.Application(), "127.0.0.1", 0, config().tls() if speaks else None)
    for name, value in {"HOME": tmp_path, "HTTP_PORT": runner.addresses[0][1]}.items():
        monkeypatch.setenv(f"TANDEM_{name}", str(value))
    for name in ("certificate", "key"):
        monkeypatch.setenv(f"TANDEM_TLS_{name.upper()}", str(GOLDEN / f"{name}.pem"))
    monkeypatch.setattr(Config, "trust", lambda _: ssl.create_default_context())
    with pytest.raises(ConfigError, match="does not show tls_certificate"):
        await asyncio.to_thread(ask, "GET", "/settings")
    await runner.cleanup()


def test_old_protocols_are_not_spoken() -> None:
    context = config().tls()
    assert context
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_without_a_certificate_the_web_is_plain() -> None:
    assert Config().tls() is None
    assert Config().trust() is True
    assert Config().web_url == "http://127.0.0.1:8080"


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(ValueError, match="tls_certificate and tls_key go together"):
        Config(tls_certificate=GOLDEN / "certificate.pem")


def test_what_can_not_be_used_is_told_with_a_way_out(tmp_path: Path) -> None:
    broken = tmp_path / "key.pem"
    broken.write_text("no key")
    for key in (broken, tmp_path / "absent.pem"):
        with pytest.raises(ConfigError, match=r"tls_key .*: give a certificate and its key, both as PEM files"):
            Config(tls_certificate=GOLDEN / "certificate.pem", tls_key=key).tls()


def test_people_may_ask_by_the_public_name_too() -> None:
    assert Config.model_validate({"public_url": "https://care.example"}).hosts >= {"care.example", "127.0.0.1"}
    assert Config().hosts == {"127.0.0.1", "localhost", "::1"}
