"""The installation's secrets: made at the first set-up, kept in one file that only its owner may read."""

import os
from collections.abc import Iterable
from pathlib import Path
from secrets import token_urlsafe

from pydantic import BaseModel, Field, ValidationError

from tandem.service.config import ConfigError


def _new() -> str:
    return token_urlsafe(18)


class Credentials(BaseModel):
    """`phones` maps a SIP account to its password; nothing here is shown when printed."""

    ami: str = Field(default_factory=_new, repr=False)
    witness: str = Field(default_factory=_new, repr=False)
    http_token: str = Field(default_factory=_new, repr=False)
    agi_key: str = Field(default_factory=_new, repr=False)
    link_key: str = Field(default_factory=_new, repr=False)
    sign_in_key: str = Field(default_factory=_new, repr=False)
    phones: dict[str, str] = Field(default_factory=dict, repr=False)


def load_credentials(home: Path, phones: Iterable[str] = (), renewed: Iterable[str] = ()) -> Credentials:
    """Read `home`/secrets.json, make what is missing (also a password for each of `phones`), and keep it. Those phones
    that are `renewed` get another one.

    ConfigError when the file can't be read.
    """
    file = home / "secrets.json"
    kept = _read(file)
    missing = {name: _new() for name in phones if name not in kept.phones} | {name: _new() for name in renewed}
    credentials = kept.model_copy(update={"phones": kept.phones | missing})
    if missing or kept.model_fields_set < set(Credentials.model_fields):
        write_private(file, credentials.model_dump_json(indent=2))
    return credentials


def _read(file: Path) -> Credentials:
    try:
        return Credentials.model_validate_json(file.read_text())
    except FileNotFoundError:
        return Credentials()
    except (OSError, ValidationError) as error:
        raise ConfigError(
            [f"{file} can't be read as the secrets file: restore it, or remove it for new secrets"]
        ) from error


def write_private(file: Path, text: str) -> None:
    """Write `file`: never readable by others, not even for a moment; never half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    partial.replace(file)
