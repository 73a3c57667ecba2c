"""How the caller's page looks, and its words in every language and for every purpose."""

import base64
import hashlib
from html import escape
from string import Template

import msgspec


class Words(msgspec.Struct, frozen=True):
    """What a page says: a title, a sentence under it, and what can be done here."""

    title: str
    lead: str
    points: tuple[str, ...] = ()


class Frame(msgspec.Struct, frozen=True):
    """What all pages of a language say."""

    service: str
    place_title: str
    place: str
    privacy: str


FRAMES = {
    "zh-CN": Frame(
        "客户服务",
        "您的排队位置已保留",
        "如果您正在电话中排队,请不要挂机。您可以边等边办,轮到您时客服会立即接听。",
        "此页面仅供您本人使用,请勿转发链接。",
    ),
    "en": Frame(
        "Customer service",
        "Your place is kept",
        "If you are waiting on the phone, stay on the line. You can use this page meanwhile, and an agent will answer "
        "as soon as it is your turn.",
        "This page is for you only. Please do not forward the link.",
    ),
}

WORDS = {
    "zh-CN": {
        "order_status": Words(
            "查询订单", "订单到哪一步了,一看便知。", ("订单进度与物流信息", "预计送达时间", "收货地址与联系电话")
        ),
        "order_cancel": Words(
            "取消订单", "未发货的订单可以直接取消。", ("选择要取消的订单", "款项原路退回", "已发货的订单可申请退货")
        ),
        "installation_booking": Words(
            "预约安装", "选一个您方便的时间,师傅准时上门。", ("选择日期和时段", "确认上门地址", "随时改期或取消")
        ),
        "membership": Words("会员服务", "您的会员权益都在这里。", ("等级与积分", "专属优惠", "更新个人资料")),
        "default": Words("自助服务", "常用的服务,在手机上就能办好。"),
    },
    "en": {
        "order_status": Words(
            "Your order",
            "See at a glance where it is.",
            ("Progress and tracking", "Expected delivery", "Delivery address"),
        ),
        "order_cancel": Words(
            "Cancel an order",
            "An order that has not been shipped can be cancelled right here.",
            ("Choose the order", "The refund goes back the way you paid", "Already shipped? Ask for a return"),
        ),
        "installation_booking": Words(
            "Book an installation",
            "Pick the time that suits you, and a technician will come.",
            ("Choose a day and a time", "Confirm your address", "Change or cancel at any time"),
        ),
        "membership": Words(
            "Membership", "All that comes with your membership.", ("Level and points", "Your offers", "Your details")
        ),
        "default": Words("Self-service", "What you need most often, done on your phone."),
    },
}

STYLE = """
:root{color-scheme:light dark;--ink:#16202c;--soft:#566273;--line:#e2e7ee;--card:#fff;--ground:#f3f6fa;--accent:#0b5fd0;--calm:#e9f2ff}
@media(prefers-color-scheme:dark){:root{--ink:#eef2f7;--soft:#a9b5c4;--line:#2c3846;--card:#18222e;--ground:#0e151d;--accent:#7cb4ff;--calm:#14283f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
main{max-width:30rem;margin:0 auto;padding:1.5rem 1.125rem 3rem}
.service{margin:.25rem 0 1rem;color:var(--accent);font-size:.9375rem;font-weight:600;letter-spacing:.02em}
.card{padding:1.5rem 1.375rem;background:var(--card);border:1px solid var(--line);border-radius:1.125rem;box-shadow:0 .5rem 1.75rem rgb(20 40 70/.07)}
h1{margin:0 0 .375rem;font-size:1.75rem;line-height:1.25}
h2{margin:0 0 .25rem;font-size:1.0625rem}
p{margin:0}
.lead{color:var(--soft)}
ul{margin:1.25rem 0 0;padding:0;list-style:none}
li{padding:.8125rem 0 .8125rem 1.75rem;border-top:1px solid var(--line);position:relative}
li::before{content:"";position:absolute;left:.25rem;top:1.375rem;width:.5rem;height:.5rem;border-radius:50%;background:var(--accent)}
.place{margin-top:1rem;padding:1.125rem 1.375rem;background:var(--calm);border-radius:1.125rem}
.privacy{margin:1.25rem .25rem 0;color:var(--soft);font-size:.875rem}
"""  # noqa: E501

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

DOCUMENT = Template(
    """<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
$content
</main>
</body>
</html>
"""
)
PAGE = Template(
    """<p class="service">$service</p>
<div class="card">
<h1>$title</h1>
<p class="lead">$lead</p>
$points
</div>
<section class="place">
<h2>$place_title</h2>
<p>$place</p>
</section>
<p class="privacy">$privacy</p>"""
)
NOT_FOUND = """<div class="card">
<h1>页面不可用</h1>
<p class="lead">链接无效或已过期。如需帮助,请再次拨打客服热线。</p>
</div>
<div class="place" lang="en">
<h2>This page is not available</h2>
<p>The link is wrong or has expired. For help, please call the hotline again.</p>
</div>"""


def page(purpose: str, language: str) -> str:
    """The page for `purpose`, in Chinese for a Chinese `language` (BCP 47), else in English."""
    language = "zh-CN" if language.lower().startswith("zh") else "en"
    words = WORDS[language].get(purpose, WORDS[language]["default"])
    points = "".join(f"<li>{escape(point)}</li>\n" for point in words.points)
    texts = msgspec.structs.asdict(FRAMES[language]) | {"title": words.title, "lead": words.lead}
    content = PAGE.substitute(
        {name: escape(text) for name, text in texts.items()}, points=f"<ul>\n{points}</ul>" if points else ""
    )
    return DOCUMENT.substitute(language=language, title=escape(words.title), style=STYLE, content=content)


def not_found() -> str:
    """The page for every address that leads nowhere; it tells nothing about why."""
    return DOCUMENT.substitute(language="zh-CN", title="404", style=STYLE, content=NOT_FOUND)
