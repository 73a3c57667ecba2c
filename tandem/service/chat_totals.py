"""What the talks in chats came to since the process began, for the metrics. docs/chat.md tells the formulas."""

from collections import Counter, defaultdict

from tandem.control.commands import RecordChatTalk


class ChatTotals:
    """Sums by queue; a mean is one sum by another."""

    def __init__(self) -> None:
        self.talks: Counter[str] = Counter()
        self.talk_seconds: defaultdict[str, float] = defaultdict(float)
        self.first_responses: Counter[str] = Counter()
        self.first_response_seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        """By queue and since when: `queue` or `join`."""
        self.responses: Counter[str] = Counter()
        self.response_seconds: defaultdict[str, float] = defaultdict(float)
        self.messages: Counter[tuple[str, str]] = Counter()
        """By queue and sender."""

    def take(self, talk: RecordChatTalk) -> None:
        """Count a talk that ended."""
        queue = talk.queue
        self.talks[queue] += 1
        self.talk_seconds[queue] += talk.ended_at - talk.connected_at
        self.responses[queue] += talk.responses
        self.response_seconds[queue] += talk.response_seconds
        self.messages[queue, "customer"] += talk.customer_messages
        self.messages[queue, "agent"] += talk.agent_messages
        if talk.first_response_at is not None:
            self.first_responses[queue] += 1
            self.first_response_seconds[queue, "queue"] += talk.first_response_at - talk.enqueued_at
            self.first_response_seconds[queue, "join"] += talk.first_response_at - talk.connected_at
