"""The pages for agents, operators and admins: as web/dist has them, and the files with a hash in their names."""

import gzip
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from tandem.cti.contract import gives
from tandem.cti.guard import FROM_ELSEWHERE, PAGES, WEB_FILE, WIDGET

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""A file of another content has another name."""
FOR_A_WHILE = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"}
WIDGET_FILE = "widget.js"
SMALLEST_GZIPPED = 1000
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tandem</title>
<h1>The pages are not built yet</h1><p>Run <code>python3 bootstrap.py</code> in the project's folder, then load this
page again.</p></html>"""


class WebFiles:
    """What `built` (web/dist) has; it may be built after this process began, and is kept from then on."""

    def __init__(self, built: Path) -> None:
        self._built = built
        self._pages: dict[str, bytes] = {}
        self._files: dict[str, tuple[str, bool, bytes]] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers; the guard lets everybody ask."""
        pages = (web.get(page, self.page) for page in PAGES)
        return [*pages, web.get(WEB_FILE, self.file), web.get(WIDGET, self.widget)]

    @gives(str, media="text/html")
    @gives(str, 503, "text/html")
    async def page(self, request: web.Request) -> web.Response:
        """A page, whole and the same for everybody."""
        self._load()
        page = self._pages.get(request.path)
        if page is None:
            return web.Response(text=NOT_BUILT, status=503, content_type="text/html")
        headers = {"Content-Security-Policy": POLICY}
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=headers)

    @gives(str, media="*/*")
    async def file(self, request: web.Request) -> web.Response:
        """A file that a page names, gzipped for whoever takes it so."""
        return self._answer(request, request.match_info["name"], FOR_EVER)

    @gives(str, media="text/javascript")
    async def widget(self, request: web.Request) -> web.Response:
        """The chat widget, for pages of any site; its name never changes, so it is asked for again after a while."""
        return self._answer(request, WIDGET_FILE, FOR_A_WHILE | FROM_ELSEWHERE)

    def _answer(self, request: web.Request, name: str, headers: Mapping[str, str]) -> web.Response:
        self._load()
        if name not in self._files:
            raise web.HTTPNotFound
        kind, packed, body = self._files[name]
        if packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers = {**headers, "Content-Encoding": "gzip"}
        elif packed:
            body = gzip.decompress(body)
        return web.Response(body=body, content_type=kind, headers=headers)

    def _load(self) -> None:
        built = {page: self._built / file for page, file in PAGES.items()}
        if self._pages or not all(file.exists() for file in (*built.values(), self._built / WIDGET_FILE)):
            return
        files = [*(self._built / "assets").iterdir(), self._built / WIDGET_FILE]
        self._files = {path.name: _packed(path) for path in files}
        self._pages = {page: file.read_bytes() for page, file in built.items()}


def _packed(path: Path) -> tuple[str, bool, bytes]:
    """Its media type, whether it is gzipped, and its content."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    body = path.read_bytes()
    is_packed = len(body) >= SMALLEST_GZIPPED
    return kind, is_packed, gzip.compress(body, 9) if is_packed else body
