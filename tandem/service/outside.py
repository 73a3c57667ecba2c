"""How links and notifications leave this centre, as an admin may see it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from tandem.control.settings import Service
from tandem.cti.outside_api import LinkTemplate, OutsideView, SecretState
from tandem.cti.secrets import SecretError, named_in
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.link import Link
from tandem.service.config import Config
from tandem.service.secrets import read_secret


class Outside:
    """`services` gives the systems in the settings, `flows` the flows in force."""

    def __init__(
        self,
        config: Config,
        services: Callable[[], Mapping[str, Service]],
        flows: Callable[[], Awaitable[Sequence[Flow]]],
        public_url: str,
    ) -> None:
        self._config, self._services, self._flows, self._public_url = config, services, flows, public_url

    async def told(self) -> OutsideView:
        """How it is now. Of the gateway's address only the host is told, for what follows may be a key."""
        webhook = urlsplit(str(self._config.webhook_url or ""))
        flows = sorted(await self._flows(), key=lambda flow: flow.name)
        return OutsideView(
            self._public_url,
            f"{webhook.scheme}://{webhook.hostname}" if webhook.hostname else "",
            self._config.outbox_delivers,
            await asyncio.to_thread(self._secrets),
            [template for flow in flows for template in _templates(flow)],
        )

    def _secrets(self) -> list[SecretState]:
        services = self._services().values()
        named = {name for service in services for name in named_in(service.headers)}
        named |= {service.signed_with for service in services if service.signed_with}
        return [self._state(name) for name in sorted(named)]

    def _state(self, name: str) -> SecretState:
        try:
            read_secret(self._config, name)
        except SecretError as error:
            return SecretState(name, "not_usable", str(error))
        return SecretState(name, "set")


def _templates(flow: Flow) -> Iterator[LinkTemplate]:
    for name, node in flow.nodes.items():
        if isinstance(node, Link):
            yield LinkTemplate(flow.name, name, node.purpose, dict(flow.texts.get(node.text, {})))
