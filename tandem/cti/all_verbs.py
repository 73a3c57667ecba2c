"""All verbs: those about an agent, and whatever may be sent over a desktop's WebSocket."""

from collections.abc import Mapping

from tandem.cti.dialling import DIALLING
from tandem.cti.supervision import BY_HAND, ON_TALK
from tandem.cti.talking import TALKS
from tandem.cti.verbs import CONTACTS, STATES, Verb

AGENTS: Mapping[str, type[Verb]] = {**STATES, **DIALLING, **ON_TALK}
VERBS: Mapping[str, type[Verb]] = {**AGENTS, **CONTACTS, **TALKS, **BY_HAND}
