"""A mail server that takes every mail and delivers none: what it was given stands in the book."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from crm.demo.providers import book as books
from crm.demo.providers.book import Book
from crm.demo.providers.serving import HANGS_SECONDS, HOST, StandIn

LONGEST_LINE = 100_000


class Handler(socketserver.StreamRequestHandler):
    """RFC 5321, as much of it as a sender needs."""

    server: Server

    def handle(self) -> None:
        self.people: list[str] = []
        self._say(220, "a stand-in for a mail server")
        while line := self.rfile.readline(LONGEST_LINE):
            words = line.decode("utf-8", "replace").strip()
            verb = words.partition(" ")[0].upper()
            if verb == "QUIT":
                return self._say(221, "bye")
            if not self._obey(verb, words):
                return None
        return None

    def _obey(self, verb: str, words: str) -> bool:
        """False: the line breaks here."""
        if verb == "EHLO":
            self.wfile.write(b"250-stand-in\r\n250 8BITMIME\r\n")
        elif verb == "RCPT":
            self.people.append(words.partition(":")[2].strip().strip("<>").lower())
            self._say(250, "ok")
        elif verb == "DATA":
            return self._take()
        else:
            if verb == "MAIL":
                self.people = []
            self._say(250, "ok")
        return True

    def _take(self) -> bool:
        self._say(354, "go on")
        raw = self._content()
        behaviour = self.server.book.next_behaviour()
        if behaviour in (books.BUSY, books.BROKEN):
            self._say(451, "try again later")
            return True
        if behaviour == books.REFUSED:
            self._say(550, "no such mailbox")
            return True
        if behaviour == books.HANGS:
            self.server.stopping.wait(self.server.hangs_seconds)
            return False
        for person in self.people:
            self.server.keep(person, raw)
        if behaviour in (books.TAKEN_THEN_BROKEN, books.TAKEN_THEN_DROPPED):
            return False
        self._say(250, "taken")
        return True

    def _content(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b".\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class Server(socketserver.ThreadingTCPServer, StandIn):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, book: Book, *, port: int = 0, hangs_seconds: float = HANGS_SECONDS) -> None:
        self.book, self.hangs_seconds, self.stopping = book, hangs_seconds, threading.Event()
        # The mails themselves, for whoever wants to answer one.
        self.mails: list[tuple[str, bytes]] = []
        super().__init__((HOST, port), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def keep(self, person: str, raw: bytes) -> None:
        self.mails.append((person, raw))
        mail = message_from_bytes(raw, policy=default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - the policy promises it only in words
        text = mail.get_body(("plain", "html"))
        self.book.take(
            "email",
            to=person,
            subject=str(mail.get("subject", "")),
            text=str(text.get_content()).strip() if text else "",
            key=str(mail.get("message-id", "")),
            files=[str(part.get_filename()) for part in mail.iter_attachments()],
        )
