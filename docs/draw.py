"""Draws the state machines in docs/architecture.md from the code's own tables: `python docs/draw.py`."""

import re
import sys
from pathlib import Path

from tandem.acd import agent, contact
from tandem.acd.machine import Table
from tandem.control.callback import callback
from tandem.control.chat import chat
from tandem.control.mail import mail
from tandem.control.voice import call, consultation, dial, line, monitor

PAGE = Path(__file__).with_name("architecture.md")
TABLES: dict[str, Table] = {
    "call": call.CALL,
    "chat": chat.CHAT,
    "mail": mail.MAIL,
    "leg": call.LEG,
    "consultation": consultation.CONSULTATION,
    "line": line.LINE,
    "dial": dial.DIAL,
    "internal": dial.INTERNAL,
    "monitor": monitor.MONITOR,
    "callback": callback.CALLBACK,
    "agent": agent.TABLE,
    "contact": contact.TABLE,
}


def diagram(table: Table) -> str:
    """The table as a Mermaid state diagram."""
    steps = [
        f"    {state} --> {target}: {trigger}" for state, exits in table.items() for trigger, target in exits.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *steps, "```"])


def drawn(page: str) -> str:
    """The page with every diagram between its `<!-- table NAME -->` and `<!-- end -->` marks made anew."""
    return re.sub(
        r"(<!-- table (\w+) -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{diagram(TABLES[match[2]])}\n{match[3]}",
        page,
        flags=re.DOTALL,
    )


def main() -> int:
    """Write the page; with --check only say whether it is up to date."""
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        return int(drawn(page) != page)
    PAGE.write_text(drawn(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
