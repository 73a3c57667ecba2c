"""`make run` and `make demo` (--once): start everything, prove it by one call, and serve until Ctrl-C."""

import asyncio
import sys
import time

import uvloop

from demo.proof import HOTLINE, Proof
from demo.shop import shop
from demo.shop_page import PORT, shop_page
from tandem.control.settings import Settings
from tandem.service.cli import EXPECTED, fail, log_to, until_stopped
from tandem.service.config import ASTERISKS, OURS, Config, check_ports, load_config
from tandem.service.credentials import load_credentials
from tandem.service.history import why
from tandem.service.journals import read_journal
from tandem.service.settings_shelf import settings_in_force
from tandem.service.supervisor import Supervisor, accounts, instance_of, log_file
from tandem.service.users import welcome_admin
from tandem.store.database import open_database
from tandem.store.queries import contacts
from tandem.telephony.provision.process import find_running

SEEN_WITHIN = 120.0
"""Seconds the proof call may take."""
RECORDED_WITHIN = 5.0


def main() -> None:
    """Exit code 0 only if every step of the proof was seen."""
    config = load_config()
    sites = (*config.chat_origins, f"http://127.0.0.1:{PORT + config.port_offset}")
    config = config.model_copy(update={"outbox_delivers": True, "log_level": "warning", "chat_origins": sites})
    log_to(config)
    try:
        uvloop.run(serve(config, once="--once" in sys.argv))
    except EXPECTED as error:
        fail(str(error))


async def serve(config: Config, once: bool) -> None:
    """Bring everything up, place the call, and serve."""
    running = find_running(await instance_of(config))
    check_ports(config, OURS if running else OURS + ASTERISKS)
    supervisor = Supervisor(config)
    try:
        await until_stopped(_work(supervisor, config, once))
    finally:
        say("stopping Asterisk and the controller")
        await supervisor.stop()


async def _work(supervisor: Supervisor, config: Config, once: bool) -> None:
    say("starting Asterisk, the controller, and a small order service for the flows to ask")
    centre = await settings_in_force(config)
    async with shop(config, centre), shop_page(config.web_url, PORT + config.port_offset) as address:
        await supervisor.start()
        await prove(config, centre)
        if not once:
            await welcome_admin(config, say)
            welcome(config, centre, address)
            await supervisor.watch()


async def prove(config: Config, centre: Settings) -> None:
    """Place the proof call, then print what the controller recorded of it and why."""
    say("one real call through the hotline:")
    began = time.time()
    credentials = load_credentials(config.home, [*accounts(centre.acd.agents.values()), *centre.caller_phones])
    try:
        async with asyncio.timeout(SEEN_WITHIN):
            await Proof(config, centre, credentials, say).run()
    except (AssertionError, TimeoutError) as error:
        fail(f"the proof failed: {error or 'it took too long'}; see {log_file(config)}")
    call = await _recorded(config, began)
    say(f"what the controller recorded of call {call}, and why (tandem why {call}):")
    for at, text in why(read_journal(config), call, time.time()):
        say(f"  {at - began:5.1f} s  {text}")


async def _recorded(config: Config, since: float) -> str:
    """The id of the call that ended since; fails when the records don't say that it was served."""
    database = open_database(config.records)
    try:
        async with asyncio.timeout(RECORDED_WITHIN):
            while True:
                ended = [row for row in await contacts(database, since, time.time()) if row.ended_at]
                if ended and ended[-1].outcome == "served":
                    return ended[-1].call
                await asyncio.sleep(0.1)
    except TimeoutError:
        fail("the proof failed: the call is not in the records as served")
    finally:
        await database.dispose()


def welcome(config: Config, centre: Settings, shop_address: str) -> None:
    """Say where everything is."""
    agents = list(centre.acd.agents)
    passwords = load_credentials(config.home).phones
    sip = f"{config.host}:{config.port('sip_port')}"
    say("Tandem serves. Try it with any SIP phones on this machine:")
    for name in agents:
        say(f"  agent   {name}, password {passwords[name]}, server {sip}; then: .venv/bin/tandem agent {name} sign-in")
    for name in centre.caller_phones:
        say(f"  caller  {name}, password {passwords[name]}, server {sip}; dial {HOTLINE}")
    say(f"  a shop's page with the chat widget: {shop_address}, and {config.web_url}/desk for who answers")
    say(f"  health, figures, state: {config.web_url}/health, /metrics, /state")
    say("  reports: .venv/bin/tandem report; a call's reasons: .venv/bin/tandem why CALL; Ctrl-C stops everything")


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
