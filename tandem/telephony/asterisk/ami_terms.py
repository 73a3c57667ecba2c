"""What a user of the AMI client must know: its errors, settings and counters."""

import msgspec


class AmiError(Exception):
    """An action did not succeed."""


class AmiDownError(AmiError):
    """There is no link: the action was not sent."""


class AmiLostError(AmiError):
    """The link broke: the action may or may not have been carried out."""


class AmiTimeoutError(AmiError):
    """No answer in time: the action may or may not have been carried out."""


class AmiRejectedError(AmiError):
    """Asterisk said no; the text is its reason."""


class AmiLoginRefusedError(AmiRejectedError):
    """Wrong user or secret, or the address is not permitted."""


class AmiLogin(msgspec.Struct, frozen=True):
    """Where Asterisk listens and who we are there."""

    host: str
    port: int
    user: str
    secret: str

    def __repr__(self) -> str:
        return f"AmiLogin({self.user}@{self.host}:{self.port})"


class AmiTimes(msgspec.Struct, frozen=True):
    """Seconds. A half-open link is noticed within `ping_every` + `ping_answer`."""

    connect: float = 5.0
    answer: float = 5.0
    ping_every: float = 1.0
    ping_answer: float = 2.0
    first_back_off: float = 0.2
    longest_back_off: float = 5.0
    after_refusal: float = 30.0


class AmiCounters(msgspec.Struct):
    """What happened since the start of the process."""

    links: int = 0
    links_lost: int = 0
    logins_refused: int = 0
    events: int = 0
    events_skipped: int = 0
    timeouts: int = 0
    unmatched_replies: int = 0
    handler_errors: int = 0
    oversized: int = 0
    overflows: int = 0
