"""Files of chats over HTTP, and what was written in one that is over: for its customer, by the chat's token from any
site that may open chats; for its agents and supervisors, as whoever signed in."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from urllib.parse import quote

from aiohttp import web

from tandem.control.chat.talk import File
from tandem.control.settings import FileSettings
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.chat_protocol import chat_of, recorded
from tandem.cti.contract import gives, heeds, reads, takes
from tandem.cti.file_kinds import kind_of, name_for
from tandem.cti.guard import CHAT_FILE, CHAT_FILES, CHAT_HISTORY
from tandem.cti.identity import identity_of, needs
from tandem.cti.page import Counts
from tandem.cti.proxied import client_of
from tandem.cti.scan import ScanError
from tandem.cti.shapes import ChatHistory, Forgotten
from tandem.store.chat_archive import ChatArchiveError

TOKEN, NAME = "X-Chat-Token", "X-File-Name"
MISSES_A_MINUTE = 20
"""Wrong tokens from one client."""
ASKED_A_MINUTE = 120
"""By one chat."""
AT_ONCE = 16
"""Files that may be on their way here."""
UPLOAD_SECONDS = 120.0
MOST_MESSAGES = 200
DAY = 86400.0
IN_TALK = ("queued", "connected")
"""States of a chat in which its customer may send files."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": f"{TOKEN}, {NAME}, Content-Type",
    "Access-Control-Max-Age": "600",
}
BY_TOKEN, NAMED = {TOKEN: "That of the chat."}, {NAME: "What the file is called, as a URL has it."}
ANYTHING = "application/octet-stream"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OnTheirWay:
    """The files that come in now. Nobody may have more on the way than there is room left: so however many one client
    sends, the next one still can, and all who send come to the same share."""

    def __init__(self) -> None:
        self._by_chat: Counter[str] = Counter()
        self._by_sender: Counter[str] = Counter()

    @contextmanager
    def one(self, chat: str, sender: str) -> Iterator[int]:
        """While one more comes: how many are on their way to this chat. Refused: `sender` has their share."""
        if self._by_sender[sender] >= AT_ONCE - self._by_sender.total():
            raise Refused(503, "busy", "Try again in a moment.")
        self._by_chat[chat] += 1
        self._by_sender[sender] += 1
        try:
            yield self._by_chat[chat]
        finally:
            self._by_chat -= Counter((chat,))  # who has none is not remembered
            self._by_sender -= Counter((sender,))


class ChatFiles:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._archive = backend.archive
        self._misses, self._asked = Counts(MISSES_A_MINUTE), Counts(ASKED_A_MINUTE)
        self._on_their_way = OnTheirWay()

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers; that of an agent's upload has to come before those of verbs."""
        customers = {CHAT_FILES: self.customers_upload, CHAT_FILE: self.customers_file, CHAT_HISTORY: self.history}
        return [
            *(web.options(path, self._for_sites(self.preflight)) for path in customers),
            web.post(CHAT_FILES, self._for_sites(self.customers_upload)),
            web.get(CHAT_FILE, self._for_sites(self.customers_file), allow_head=False),
            web.get(CHAT_HISTORY, self._for_sites(self.history), allow_head=False),
            web.post("/agents/{agent}/chats/{chat}/files", self.agents_upload),
            web.get("/chats/{chat}/files/{file}", self.agents_file),
            web.delete("/chats/{chat}/files", self.forget),
        ]

    # --- the customer -----------------------------------------------------------------------------------------------

    @takes(None)
    @gives(None, 204)
    async def preflight(self, _: web.Request) -> web.Response:
        """What a browser asks first on behalf of another site's page."""
        return web.Response(status=204, headers=PREFLIGHT)

    @heeds(**BY_TOKEN, **NAMED)
    @reads(ANYTHING)
    @gives(File)
    async def customers_upload(self, request: web.Request) -> web.Response:
        """Keep a file for the chat; a message that names it follows over the WebSocket."""
        chat = self._chat(request)
        view = self._backend.readers.chat(chat)
        if view is None or view.state not in IN_TALK:
            raise Refused(409, "not_now", "Files can be sent while you wait for an agent, or talk with one.")
        return answer(await self._keep(request, chat, f"address {client_of(request)}"))

    @heeds(**BY_TOKEN)
    @gives(str, media="*/*")
    async def customers_file(self, request: web.Request) -> web.Response:
        """A file of the customer's own chat."""
        return await self._file(self._chat(request), request.match_info["file"])

    @heeds(**BY_TOKEN)
    @gives(ChatHistory)
    async def history(self, request: web.Request) -> web.Response:
        """What was written in the customer's own chat; 404 when that is too long ago."""
        chat, days = self._chat(request), self._backend.readers.chat_settings().history_days
        language = await self._archive.language(chat, self._backend.clock() - days * DAY)
        if language is None:
            raise Refused(404, "unknown_chat", "There is nothing to read any more.")
        messages = await self._archive.messages(chat, MOST_MESSAGES)
        return answer({"language": language, "messages": [recorded(message, language) for message in messages]})

    def _chat(self, request: web.Request) -> str:
        """The chat whose token the request bears."""
        client, token, now = client_of(request), request.headers.get(TOKEN, ""), self._backend.clock()
        if self._misses.too_many(client, now):
            raise Refused(429, "too_many", "Try again in a minute.")
        if not self._backend.tokens.genuine(token):
            self._misses.add(client, now)
            raise Refused(401, "unknown_chat", f"Send the chat's token in the header {TOKEN}.")
        chat = chat_of(token)
        if self._asked.too_many(chat, now):
            raise Refused(429, "too_fast", "Too much was asked for at once. Go on in a minute.")
        self._asked.add(chat, now)
        return chat

    def _for_sites(self, handler: Handler) -> Handler:
        """Only for pages of sites that may open chats, which may read the answer, also where it is a refusal."""

        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if origin is not None and origin not in self._backend.chat_origins:
                raise Refused(403, "unknown_origin", "Chats are not open to pages of this site.")
            try:
                response = await handler(request)
            except Refused as refused:
                response = refused.answer()
            except ChatArchiveError:
                response = Refused(503, "unavailable", "Try again in a minute.").answer()
            response.headers["Vary"] = "Origin"
            if origin is not None:
                response.headers["Access-Control-Allow-Origin"] = origin
            return response

        return handle

    # --- agents and supervisors -------------------------------------------------------------------------------------

    @needs("agent")
    @heeds(**NAMED)
    @reads(ANYTHING)
    @gives(File)
    async def agents_upload(self, request: web.Request) -> web.Response:
        """Keep a file for a chat that the agent is in; the verb `say` names it then."""
        agent, chat = request.match_info["agent"], request.match_info["chat"]
        view = self._backend.readers.chat(chat)
        if view is None or view.agent != agent:
            raise Refused(404, "unknown_chat", "This agent is not in such a chat.")
        return answer(await self._keep(request, chat, f"agent {agent}"))

    @needs("agent")
    @gives(str, media="*/*")
    async def agents_file(self, request: web.Request) -> web.Response:
        """A file of a chat: for supervisors, for the agent it is offered to, and for those who talked there."""
        chat, who = request.match_info["chat"], identity_of(request)
        here = who.agent and chat in {one.chat for one in self._backend.readers.desk(who.agent)}
        if not (who.may("supervisor") or here or (who.agent and await self._archive.talked(chat, who.agent))):
            raise Refused(403, "not_yours", "Files of a chat are for the agents who are in it, and supervisors.")
        return await self._file(chat, request.match_info["file"])

    @needs("admin")
    @gives(Forgotten)
    async def forget(self, request: web.Request) -> web.Response:
        """Delete all files of a chat."""
        return answer({"deleted": await self._archive.forget(request.match_info["chat"])})

    # --- both -------------------------------------------------------------------------------------------------------

    async def _keep(self, request: web.Request, chat: str, sender: str) -> File:
        limits = self._backend.readers.chat_settings().files
        most = limits.most_files if limits.types else 0
        with self._on_their_way.one(chat, sender) as coming:
            if await self._archive.count(chat) + coming > most:
                raise Refused(409, "too_many_files", f"A chat may have {most} files.")
            content = await _content(request, limits.most_bytes)
            return await self._keep_content(request.headers.get(NAME, ""), content, chat, limits)

    async def _keep_content(self, name: str, content: bytes, chat: str, limits: FileSettings) -> File:
        kind = kind_of(content, limits.types)
        if kind is None:
            raise Refused(415, "bad_type", f"What may be sent is {', '.join(limits.types)}.")
        try:
            if not await self._backend.scan.is_clean(content):
                raise Refused(422, "infected", "Something harmful was found in this file.")
        except ScanError as error:
            raise Refused(503, "unavailable", "Files can't be checked just now. Try again later.") from error
        if not await self._archive.has_room():
            raise Refused(503, "unavailable", "Files can't be kept just now. Try again later.")
        return await self._archive.add(chat, name_for(name, kind), kind.media, content, self._backend.clock())

    async def _file(self, chat: str, name: str) -> web.Response:
        """A file to save, never to be shown as a page of ours."""
        file = await self._archive.find(chat, name)
        content = await self._archive.read(file) if file else None
        if file is None or content is None:
            raise Refused(404, "unknown_file", "There is no such file, or it is not kept any more.")
        headers = {
            "Content-Type": f"{file.kind}; charset=utf-8" if file.kind == "text/plain" else file.kind,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return web.Response(body=content, headers=headers)


async def _content(request: web.Request, most: int) -> bytes:
    """The body, read no further than it may be long."""
    too_big = Refused(413, "too_big", f"A file may have {most} bytes.")
    if (request.content_length or 0) > most:
        raise too_big
    parts, size = list[bytes](), 0
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            async for part in request.content.iter_chunked(64 * 1024):
                size += len(part)
                if size > most:
                    raise too_big
                parts.append(part)
    except TimeoutError:
        raise Refused(408, "too_slow", "The file took too long.") from None
    return b"".join(parts)
