"""What a caller is told, and what they press."""

from tandem.control import commands
from tandem.control.call import Call
from tandem.control.context import Context
from tandem.ivr import commands as ivr

HEARS_THE_FLOW = ("flow", "queued")
"""States of a call in which its caller hears what the flow says."""


