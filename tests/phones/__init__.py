"""Scripted callers and agents for live tests: `async with phones(sip_port) as lab`."""

from tests.phones.audio import tone as tone
from tests.phones.audio import which_prompt as which_prompt
from tests.phones.lab import Agent as Agent
from tests.phones.lab import Caller as Caller
from tests.phones.lab import Lab as Lab
from tests.phones.lab import phones as phones
from tests.phones.line import Line as Line
from tests.phones.line import NotHeardError as NotHeardError
from tests.phones.messages import message_phone as message_phone
from tests.phones.sip import CallFailedError as CallFailedError
