"""What admins are told of the ways outside: all but the secrets."""

import msgspec
import pytest
from pydantic import HttpUrl, SecretStr

from tandem.control.settings import Service
from tandem.ivr.reader import read_flow
from tandem.service.config import Config
from tandem.service.outside import Outside

FLOW = """
name: shop
apology: bye
languages: [en]
start: send
agent: bye
nodes:
  send: {type: link, purpose: order, text: message, next: bye, failed: bye}
  bye: {type: end, text: bye}
texts:
  message: {en: "Your order: {link}"}
  bye: {en: "Goodbye."}
"""
SERVICES = {
    "shop": Service("https://shop.example", {"Authorization": "Bearer {secret:known}"}, signed_with="unknown"),
}


@pytest.mark.parametrize("webhook", ["https://gateway.example/send/a-key-in-the-path?token=another", None])
async def test_all_but_the_secrets(webhook: str | None) -> None:
    config = Config(secrets={"known": SecretStr("a secret")}, webhook_secret=SecretStr("also secret"))
    config = config.model_copy(update={"webhook_url": HttpUrl(webhook) if webhook else None})

    async def flows() -> list[object]:
        return [read_flow(FLOW, "shop.yaml")]

    told = await Outside(config, lambda: SERVICES, flows, "https://care.example").told()  # type: ignore[arg-type]
    assert told.webhook == ("https://gateway.example" if webhook else "")
    assert [(secret.name, secret.state) for secret in told.secrets] == [("known", "set"), ("unknown", "not_usable")]
    assert "tandem secret set unknown" in told.secrets[1].why
    assert [(link.flow, link.node, link.texts) for link in told.links] == [
        ("shop", "send", {"en": "Your order: {link}"})
    ]
    sent = msgspec.json.encode(told).decode()
    assert not [hidden for hidden in ("a secret", "also secret", "a-key", "another") if hidden in sent]
