"""The secrets that services are asked with: TANDEM_SECRET_<NAME>, or one file each that only its owner may read."""

import os
import re
import stat
from pathlib import Path

from tandem.cti.secrets import SecretError
from tandem.service.config import Config, ConfigError
from tandem.service.credentials import write_private

FOLDER = "secrets"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_secret(config: Config, name: str) -> str:
    """The secret `name`, as it is now. SecretError when there is none, it is empty, or others may read it."""
    if name.lower() in config.secrets:
        secret = config.secrets[name.lower()].get_secret_value().strip()
    else:
        secret = _from_file(config.home / FOLDER / name, name)
    if not secret:
        raise SecretError(f"secret {name} is empty: set it with tandem secret set {name}")
    return secret


def write_secret(config: Config, name: str, secret: str) -> Path:
    """Keep `secret` under `name`; returns its file. ConfigError for a name or a secret that can't be used."""
    if not _NAME.fullmatch(name):
        raise ConfigError([f"{name!r} is no name for a secret: letters, digits, _ and - are"])
    if not secret.strip():
        raise ConfigError([f"secret {name} would be empty: type it, or pipe it in"])
    file = config.home / FOLDER / name
    write_private(file, secret.strip())
    return file


def _from_file(file: Path, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SecretError("a secret's name has letters, digits, _ and - only")
    try:
        with file.open(encoding="utf-8") as text:
            if os.fstat(text.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SecretError(f"secret {name} may be read by others: chmod 600 its file, and change it")
            return text.read().strip()
    except FileNotFoundError:
        raise SecretError(f"there is no secret {name}: set it with tandem secret set {name}") from None
    except (OSError, UnicodeDecodeError):
        raise SecretError(f"secret {name} can't be read") from None
