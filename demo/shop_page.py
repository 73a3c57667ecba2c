"""The demo's shop: a page of another site than the centre's, as strict as a page can be, with the chat widget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from tandem.service.config import ConfigError

HERE = Path(__file__).parent
PORT = 8098
"""Without the installation's port offset."""
WORDS = {
    "zh-CN": {
        "title": "云岭电器",
        "heading": "让家更舒心",
        "text": "电视、洗衣机、空调与厨房电器，送装一体，全国联保。有问题？点击右下角的“在线客服”。",
        "customer": "王小明",
        "other": "en",
        "other_name": "English",
        "other_address": "/en",
    },
    "en": {
        "title": "Yunling",
        "heading": "A better home",
        "text": "Televisions, washers and kitchens, delivered and installed. Questions? Chat with us.",
        "customer": "Ann Miller",
        "other": "zh-CN",
        "other_name": "中文",
        "other_address": "/",
    },
}
PRODUCTS = {
    "zh-CN": ("55 英寸电视", "滚筒洗衣机", "变频空调", "对开门冰箱"),
    "en": ("55 inch television", "Front-loading washer", "Air conditioner", "Two-door refrigerator"),
}


def policy(centre: str) -> str:
    """All that the page may do: what docs/chat.md names for the widget, and its own style sheet."""
    socket = centre.replace("http", "ws", 1)
    return f"default-src 'none'; style-src 'self'; script-src {centre}/widget.js; connect-src {centre} {socket}"


def page(centre: str, language: str) -> str:
    """The page in a language, with the widget of the centre at that address."""
    products = "\n        ".join(f"<li>{escape(product)}</li>" for product in PRODUCTS[language])
    given = {name: escape(word) for name, word in WORDS[language].items()} | {"products": products}
    return Template((HERE / "shop_page.html").read_text()).substitute(given, language=language, centre=escape(centre))


@asynccontextmanager
async def shop_page(centre: str, port: int) -> AsyncIterator[str]:
    """Serve the page on loopback, Chinese at /, English at /en; its address. ConfigError: the port is taken."""
    headers = {"Content-Security-Policy": policy(centre), "Cache-Control": "no-store"}

    def show(language: str) -> web.Response:
        return web.Response(text=page(centre, language), content_type="text/html", headers=headers)

    async def chinese(_: web.Request) -> web.Response:
        return show("zh-CN")

    async def english(_: web.Request) -> web.Response:
        return show("en")

    async def style(_: web.Request) -> web.FileResponse:
        return web.FileResponse(HERE / "shop.css")

    app = web.Application()
    app.add_routes([web.get("/", chinese), web.get("/en", english), web.get("/shop.css", style)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise ConfigError([f"port {port} for the shop's page is taken"]) from error
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
