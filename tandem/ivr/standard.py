"""The flows built in: what becomes of an offer of a queue's plan for which the flow at hand has prepared nothing.

They are walked as sub-flows, in the languages that Tandem speaks, and can be called by no file.
"""

from typing import Literal, get_args

from tandem.ivr import pages
from tandem.ivr.commands import SendLink, Utterance
from tandem.ivr.events import Event, Listened
from tandem.ivr.flow import BUILT_IN, Flow
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.end import End
from tandem.ivr.nodes.link import Link
from tandem.ivr.nodes.menu import Menu
from tandem.ivr.nodes.say import Say
from tandem.ivr.nodes.voicemail import Voicemail
from tandem.ivr.references import references
from tandem.ivr.speech import speak
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import OtherWay, Value

OFFERS, SETTLED = pages.OFFERS, pages.SETTLED
CALL_BACK = "tandem-callback"
THE_QUEUE = ""
"""The queue whose plan made the offer."""


class _OwnLink(Link, frozen=True, kw_only=True, tag="link"):
    """A link to where the queue's settings say. Whoever is done there has been served; others wait on."""

    way: Literal["link", "chat"]

    def __post_init__(self) -> None:
        pass  # where it leads, the settings say

    def order(self, turn: Turn, _variables: dict[str, Value]) -> SendLink:
        """What the notifier is to send; a page gets what every flow begins with."""
        session, message = turn.session, turn.message(self.text)
        pages.remember(turn)
        return SendLink(session.links, self.purpose, session.language, message, "", turn.given({}), self.way)


class _Over(End, frozen=True, kw_only=True, tag="end"):
    """Say a last text and hang up, whatever flows are not over; whoever still waits leaves the queue so."""

    outcome: str = "self_served"

    def enter(self, turn: Turn) -> Next:
        turn.leave_queue(self.outcome)
        return turn.listen(self.text)

    def on_event(self, turn: Turn, event: Event) -> Next:
        return turn.hang_up() if isinstance(event, Listened) else super().on_event(turn, event)


_TEXTS = {
    "callback": {
        "en": "To keep your place and be called back, press {key}.",
        "zh-CN": "如需保留排队位置、由我们回电给您,请按{key}。",
    },
    "link": {
        "en": "To go on by yourself, on a page that we send to your phone, press {key}.",
        "zh-CN": "如需我们发送短信链接、由您自助办理,请按{key}。",
    },
    "chat": {
        "en": "To chat with us in writing instead, press {key}.",
        "zh-CN": "如需改用在线文字客服,请按{key}。",
    },
    "voicemail": {
        "en": "To leave a message, press {key}.",
        "zh-CN": "如需留言,请按{key}。",
    },
    "callback_label": {"en": "Call me back", "zh-CN": "请回电给我"},
    "link_label": {"en": "Send me a link", "zh-CN": "给我发送链接"},
    "chat_label": {"en": "Chat instead", "zh-CN": "改用在线客服"},
    "voicemail_label": {"en": "Leave a message", "zh-CN": "留言"},
    "booked": {
        "en": "You keep your place, and we will call you back when it is your turn. Goodbye.",
        "zh-CN": "您的排队位置已保留,轮到您时我们会回电。再见。",
    },
    "no_callback": {
        "en": "We can not call this number back. Please stay on the line.",
        "zh-CN": "很抱歉,我们无法回拨这个号码,请您继续等待。",
    },
    "sending": {"en": "One moment please.", "zh-CN": "请稍候。"},
    "message": {"en": "Here you can go on by yourself: {link}", "zh-CN": "请点击链接自助办理:{link}"},
    "chat_message": {"en": "Here you can chat with us: {link}", "zh-CN": "请点击链接联系在线客服:{link}"},
    "sent": {
        "en": "The message is on its way. You keep your place here.",
        "zh-CN": "短信已发送,您的排队位置仍然保留。",
    },
    "settled": {"en": "All is done. Thank you, goodbye.", "zh-CN": "已为您办理完成。感谢来电,再见。"},
    "chat_sent": {
        "en": "The message is on its way, please go on there. Goodbye.",
        "zh-CN": "短信已发送,请在网页上继续咨询。再见。",
    },
    "not_sent": {
        "en": "We could not send the message. Please stay on the line.",
        "zh-CN": "很抱歉,短信未能发送,请您继续等待。",
    },
    "after_the_tone": {"en": "Please leave your message after the tone.", "zh-CN": "请在提示音后留言。"},
    "taken": {"en": "Thank you, we have your message. Goodbye.", "zh-CN": "您的留言已收到。感谢来电,再见。"},
    "sorry": {"en": "That did not work. Please stay on the line.", "zh-CN": "很抱歉,操作未成功,请您继续等待。"},
}

_OFFERS = Flow(
    name=OFFERS,
    version="",
    languages=("zh-CN", "en"),
    start="callback",
    apology="sorry",
    texts=_TEXTS,
    nodes={
        "callback": Callback(queue=THE_QUEUE, next="booked", refused="no_callback"),
        "booked": _Over(text="booked"),  # the place in the queue is the callback's now
        "no_callback": Say(text="no_callback", next="back"),
        "link": _OwnLink(
            way="link",
            purpose="link",
            text="message",
            sending="sending",
            next="sent",
            failed="not_sent",
            done=SETTLED,
            stuck="back",
        ),
        "sent": Say(text="sent", next="back"),
        SETTLED: _Over(text="settled"),
        "chat": _OwnLink(
            way="chat", purpose="chat", text="chat_message", sending="sending", next="chat_sent", failed="not_sent"
        ),
        "chat_sent": _Over(text="chat_sent", outcome="overflowed_out"),
        "not_sent": Say(text="not_sent", next="back"),
        "voicemail": Voicemail(queue=THE_QUEUE, text="after_the_tone", next="taken", empty="back", failed="sorry"),
        "taken": _Over(text="taken"),
        "sorry": Say(text="sorry", next="back"),
        "back": End(),
    },
)

_ASK_TEXTS = {
    "question": {
        "en": "We are sorry that we kept you waiting. Shall we call you back?",
        "zh-CN": "很抱歉让您久等了。需要我们回电给您吗?",
    },
    "yes": {"en": "Yes, call me back", "zh-CN": "是,请回电给我"},
    "no": {"en": "No, thank you", "zh-CN": "不用了,谢谢"},
    "please": {"en": "Please choose.", "zh-CN": "请选择。"},
    "booked": {"en": "We will call you back.", "zh-CN": "我们会尽快回电给您。"},
    "not_booked": {"en": "Thank you. We will not call you.", "zh-CN": "好的,我们不再回电。"},
    "refused": {"en": "We can not call you back any more.", "zh-CN": "很抱歉,已无法为您回电。"},
    "message": {
        "en": "We are sorry that we kept you waiting. Shall we call you back? {link}",
        "zh-CN": "很抱歉让您久等了。需要我们回电给您吗?{link}",
    },
}

ASK = Flow(
    name=CALL_BACK,
    version="",
    languages=("zh-CN", "en"),
    start="question",
    apology="refused",
    texts=_ASK_TEXTS,
    nodes={
        "question": Menu(
            text="question",
            choices={"1": "yes", "2": "not_booked"},
            labels={"1": "yes", "2": "no"},
            no_input="please",
            wrong_key="please",
            failed="not_booked",
        ),
        "yes": Callback(queue=THE_QUEUE, next="booked", refused="refused"),
        "booked": End(text="booked"),
        "refused": End(text="refused"),
        "not_booked": End(text="not_booked"),
    },
)
"""What the page asks whose link goes to a caller who hung up while they waited."""

BUILT_IN |= {flow.name: flow for flow in (_OFFERS, ASK)}


def prompts() -> list[Utterance]:
    """Every part of what the centre says of its own offers that is known before a call, in every language."""
    heard = {ref.name for ref in references(_OFFERS) if ref.kind == "text"} | set(get_args(OtherWay))
    each = (speak(_OFFERS, text, language, {})[0] for text in sorted(heard) for language in _OFFERS.languages)
    return [utterance for said in each for utterance in said]
