"""Where the journal is: in the home folder of a controller that is alone, in the Redis of a cell."""

import os
from secrets import token_hex

from tandem.service.config import Config
from tandem.store.journal import JournalReader
from tandem.store.lease import Lease, sleepless
from tandem.store.redis_journal import RedisJournal
from tandem.store.redis_journal_reader import RedisJournalReader
from tandem.store.redis_server import Place
from tandem.store.sqlite_journal import SqliteJournal
from tandem.store.sqlite_journal_reader import JOURNAL, SqliteJournalReader

KEEP_SECONDS = 7 * 86400.0
"""For which `replay` and `why` can look back, where it costs but disk."""


async def open_journal(config: Config) -> SqliteJournal | RedisJournal:
    """The journal, to be written. JournalError: it can't be used."""
    if not config.redis_url:
        return await SqliteJournal.open(config.home / JOURNAL)
    place = _place(config)
    lease = Lease(place, f"{config.web_url} {os.getpid()} {token_hex(8)}", config.lease_seconds, sleepless)
    return await RedisJournal.open(place, lease, config.redis_patience)


def read_journal(config: Config) -> JournalReader:
    """The journal, to look back at."""
    return RedisJournalReader(_place(config)) if config.redis_url else SqliteJournalReader(config.home / JOURNAL)


def kept_seconds(config: Config) -> float:
    """For how long the journal can be looked back at."""
    return config.redis_keep_hours * 3600 if config.redis_url else KEEP_SECONDS


def _place(config: Config) -> Place:
    password = config.redis_password.get_secret_value() if config.redis_password else ""
    return Place(config.redis_url, password, config.cell)
