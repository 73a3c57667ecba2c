"""The native baseline: Asterisk's own dialplan and app_queue, put into an instance by its `extra` folder."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent


class _ConfTemplate(Template):
    """`@{name}` is ours; `${...}` is Asterisk's."""

    delimiter = "@"


def write_baseline(folder: Path, number: str, prompts: Sequence[str], key: str, devices: Sequence[str]) -> None:
    """Write the dialplan and the queue to `folder`.

    Who calls `number` hears `prompts` (as Asterisk sees them, without suffix) and, having pressed `key`, is queued for
    the agents at `devices` (such as PJSIP/1001).
    """
    folder.mkdir(parents=True, exist_ok=True)
    members = "\n".join(f"member => {device}" for device in devices)
    values = {"number": number, "prompts": "&".join(prompts), "key": key, "members": members}
    for template in _HERE.glob("*.conf"):
        (folder / template.name).write_text(_ConfTemplate(template.read_text()).substitute(values))
