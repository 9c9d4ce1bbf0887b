"""The stand-ins that are called over HTTP: Telegram's Bot API, Viber's, and a gateway of SMS, under one address.

What happened, and what is to happen, is asked and told under /control/: loopback only, as all of it is.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import Request, urlopen

from crm.demo.providers import book as books
from crm.demo.providers.book import Book, Received
from crm.demo.providers.serving import HANGS_SECONDS, HOST, StandIn

BOT = re.compile(r"/bot([^/]+)/(\w+)")
# Where a shop's own system listens.
SHOP_SYSTEM = "/shop-system/"
WEBHOOK = "webhook"
FILE = re.compile(r"/(?:file/bot[^/]+|media)/(.+)")


class Dropped(Exception):
    """The line breaks here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    # ── doors ────────────────────────────────────────────────────────────────
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/control/received":
            asked = parse_qs(url.query)
            found = self.server.book.received(channel=asked.get("channel", [""])[0], to=asked.get("to", []))
            self._say(200, {"received": [asdict(one) for one in found]})
        elif kept := FILE.fullmatch(url.path):
            self._give(self.server.book.file(unquote(kept[1])))
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        try:
            if path == "/control/behaviours":
                self.server.book.behave(*json.loads(body))
                self._say(200, {})
            elif path == "/control/pushes":
                self._push(json.loads(body))
            elif bot := BOT.fullmatch(path):
                self._telegram(bot[2], self._fields(body))
            elif path == "/pa/send_message":
                self._viber(json.loads(body))
            elif path == "/sms/messages":
                self._sms(json.loads(body))
            elif path == SHOP_SYSTEM:
                self._shop_system(body)
            else:
                self._say(404, {})
        except Dropped:
            self.close_connection = True

    def _push(self, told: Mapping[str, Any]) -> None:
        """Somebody writes: note it, and bring it to the house as the company would."""
        theirs = told["theirs"]
        self.server.book.take(theirs["channel"], to=theirs["to"], text=theirs["text"], is_theirs=True)
        if told.get("url"):
            headers = {"Content-Type": "application/json", **told["headers"]}
            asked = Request(told["url"], data=told["body"].encode(), headers=headers, method="POST")  # noqa: S310
            try:
                with urlopen(asked, timeout=self.server.hangs_seconds):  # noqa: S310  # nosec B310 - our own house
                    pass
            except OSError as error:
                return self._say(502, {"error": type(error).__name__})
        self._say(200, {})
        return None

    # ── who answers ──────────────────────────────────────────────────────────
    def _telegram(self, method: str, told: Mapping[str, Any]) -> None:
        if method == "getFile":
            name = str(told.get("file_id"))
            known = self.server.book.file(name) is not None
            if not known:
                return self._say(
                    400, {"ok": False, "error_code": 400, "description": "Bad Request: wrong file_id"}
                )
            return self._say(200, {"ok": True, "result": {"file_id": name, "file_path": name}})
        if not method.startswith("send"):
            return self._say(200, {"ok": True, "result": True})
        to = str(told.get("chat_id", ""))
        text = str(told.get("text") or told.get("caption") or "")
        files = told.get("_files", ())

        def take() -> Received:
            return self.server.book.take("telegram", to=to, text=text, files=files)

        refused = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        pause = {
            "ok": False,
            "error_code": 429,
            "parameters": {"retry_after": self.server.book.pause_seconds},
        }
        taken = self._behave(take, refused=(403, refused), busy=(429, pause))
        if taken:
            result: Any = {"message_id": taken.number, "chat": {"id": to}}
            self._say(200, {"ok": True, "result": [result] if method == "sendMediaGroup" else result})
        return None

    def _viber(self, told: Mapping[str, Any]) -> None:
        def take() -> Received:
            key, to = str(told.get("tracking_data", "")), str(told.get("receiver", ""))
            return self.server.book.take("viber", to=to, text=str(told.get("text", "")), key=key)

        refused = {"status": 6, "status_message": "receiverNotSubscribed"}
        busy = {"status": 12, "status_message": "tooManyRequests"}
        taken = self._behave(take, refused=(200, refused), busy=(200, busy))
        if taken:
            said = {"status": 0, "status_message": "ok", "message_token": 5_000_000_000 + taken.number}
            self._say(200, said)

    def _sms(self, told: Mapping[str, Any]) -> None:
        """It knows a message by its reference: a repeated one is sent once."""
        key, to = str(told.get("reference", "")), str(told.get("to", ""))
        known = [one for one in self.server.book.received(channel="sms") if key and one.key == key]

        def take() -> Received:
            if known:
                return known[0]
            return self.server.book.take("sms", to=to, text=str(told.get("text", "")), key=key)

        refused = {"error": "unknown_subscriber"}
        taken = self._behave(take, refused=(400, refused), busy=(429, {"error": "slow down"}))
        if taken:
            self._say(200, {"id": f"sms-{taken.number}", "status": "accepted"})

    def _shop_system(self, body: bytes) -> None:
        """It knows a message by its number: a repeated one is heard once."""
        key, moment, shown = (
            self.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
        )

        def take() -> Received:
            known = [one for one in self.server.book.received(channel=WEBHOOK) if one.key == key]
            text = body.decode()
            return known[0] if known else self._heard(text, key=key, proof=f"{moment} {shown}")

        if self._behave(take, refused=(410, {}), busy=(429, {})):
            self._say(204, {})

    def _heard(self, text: str, *, key: str, proof: str) -> Received:
        return self.server.book.take(WEBHOOK, to="", text=text, key=key, subject=proof)

    def _behave(
        self, take: Any, *, refused: tuple[int, Mapping[str, Any]], busy: tuple[int, Mapping[str, Any]]
    ) -> Received | None:
        """What was taken, if the caller is to hear so."""
        behaviour = self.server.book.next_behaviour()
        if behaviour == books.REFUSED:
            self._say(*refused)
        elif behaviour == books.BUSY:
            self._say(*busy, pause=self.server.book.pause_seconds)
        elif behaviour == books.BROKEN:
            self._say(500, {})
        elif behaviour == books.TAKEN_THEN_BROKEN:
            take()
            self._say(500, {})
        elif behaviour == books.HANGS:
            self.server.stopping.wait(self.server.hangs_seconds)
            raise Dropped
        elif behaviour == books.TAKEN_THEN_DROPPED:
            take()
            raise Dropped
        else:
            taken: Received = take()
            return taken
        return None

    # ── HTTP ─────────────────────────────────────────────────────────────────
    def _fields(self, body: bytes) -> dict[str, Any]:
        """JSON, or a form with files of which only the names are kept."""
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            found: dict[str, Any] = json.loads(body)
            return found
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        return _form(BytesParser(policy=HTTP).parsebytes(head + body))

    def _say(self, status: int, told: Mapping[str, Any], *, pause: int | None = None) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if pause is not None:
            self.send_header("Retry-After", str(pause))
        self.end_headers()
        self.wfile.write(body)

    def _give(self, content: bytes | None) -> None:
        if content is None:
            return self._say(404, {})
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return None

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what is told here is what people write."""


class Server(ThreadingHTTPServer, StandIn):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, book: Book, *, port: int = 0, hangs_seconds: float = HANGS_SECONDS) -> None:
        self.book, self.hangs_seconds, self.stopping = book, hangs_seconds, threading.Event()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"


def _form(parts: Message[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    files: list[str] = []
    for part in parts.walk():
        name = part.get_param("name", header="content-disposition")
        if part.is_multipart() or not isinstance(name, str):
            continue
        if part.get_filename():
            files.append(str(part.get_filename()))
        else:
            content = part.get_payload(decode=True)
            found[name] = content.decode() if isinstance(content, bytes) else ""
    if "media" in found:
        found["caption"] = json.loads(found["media"])[0].get("caption", "")
    return {**found, "_files": files}
