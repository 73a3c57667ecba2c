"""The centre file: numbers, queues, people, customers, services, as an admin writes them in YAML."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from tandem.control.centre.findings import Finding
from tandem.control.centre.reading import Content, Reading, read_source
from tandem.control.settings import Settings

PLAIN = re.compile(r"[^\W\d][\w.-]*")


class CentreError(Exception):
    """The file can't be used; each of `problems` says where, what, and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_centre(path: Path) -> Settings:
    """Read the centre file at `path`; CentreError lists every problem with file, line and field."""
    reading = read_source(text_of(path), str(path))
    if reading.settings is None:
        raise not_right(reading)
    return reading.settings


def text_of(path: Path) -> str:
    """What stands in the file; CentreError when it can't be read, or is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CentreError([f"{path}: can't be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise CentreError([f"{path}: is not YAML text ({error})"]) from error


def not_right(reading: Reading) -> CentreError:
    """The errors found, as one."""
    return CentreError(texts(reading.errors))


def texts(findings: list[Finding]) -> list[str]:
    """Findings for people."""
    return list(map(str, findings))


def as_yaml(content: Content) -> str:
    """What an admin can edit, and apply again."""
    yaml, out = YAML(), StringIO()
    yaml.width, yaml.default_flow_style = 120, None
    yaml.dump(_quoted(content), out)
    return out.getvalue()


def _quoted(value: Any) -> Any:
    """With quotes around what is no plain word: the writer leaves out some that its reader needs."""
    if isinstance(value, dict):
        return {_quoted(name): _quoted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_quoted(one) for one in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and not PLAIN.fullmatch(value) else value
