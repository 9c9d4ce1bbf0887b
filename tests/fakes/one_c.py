"""A 1C that exchanges over real HTTP: it keeps its cookie, cuts files as it is told to, and asks until it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx
from django.test import Client

from tests.fakes.commerceml import packed


class Refused(Exception):
    """What 1C shows: the second line of an answer that begins with "failure"."""


class InProcess(httpx.BaseTransport):
    """The house itself, without sockets between."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = Client(raise_request_exception=False).generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers=dict(request.headers),
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


@dataclass
class OneC:
    """`address` as it is typed into 1C. `piece`: how much it sends at once, if less than it may."""

    address: str
    password: str
    encoding: str = "utf-8"
    is_packing: bool = False
    piece: int = 0
    limit: int = 1
    transport: httpx.BaseTransport | None = None
    progress: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, kind: str, mode: str, *, body: bytes | None = None, **more: str) -> httpx.Response:
        with httpx.Client(timeout=60, transport=self.transport) as http:
            return http.request(
                "GET" if body is None else "POST",
                self.address,
                params={"type": kind, "mode": mode, **more},
                content=body,
                headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())},
                auth=("1c", self.password),
            )

    def lines(self, kind: str, mode: str, *, body: bytes | None = None, **more: str) -> list[str]:
        answer = self.ask(kind, mode, body=body, **more)
        found = answer.content.decode(self.encoding).split("\n")
        if found[0] == "failure" or answer.status_code != 200:
            raise Refused(found[1] if len(found) > 1 else str(answer.status_code))
        return found

    def begin(self, kind: str) -> None:
        said, name, value = self.lines(kind, "checkauth")
        assert said == "success"
        self.cookies = {name: value}
        told = dict(line.split("=") for line in self.lines(kind, "init"))
        self.limit = self.piece or int(told["file_limit"])

    def bring(self, kind: str, name: str, content: bytes) -> None:
        for start in range(0, len(content), self.limit):
            piece = content[start : start + self.limit]
            assert self.lines(kind, "file", body=piece, filename=name) == ["success"]

    def work_off(self, kind: str, name: str) -> None:
        while (said := self.lines(kind, "import", filename=name))[0] == "progress":
            self.progress.append(said[1])
        assert said == ["success"]

    def send_catalogue(self, files: Mapping[str, bytes], *, is_full: bool = False) -> None:
        self.begin("catalog")
        if self.is_packing:
            self.bring("catalog", "v8_1.zip", packed(files))
        else:
            for name, content in files.items():
                self.bring("catalog", name, content)
        for name in files:
            self.work_off("catalog", name)
        if is_full:
            assert self.lines("catalog", "deactivate") == ["success"]
        assert self.lines("catalog", "complete") == ["success"]

    def send_orders(self, files: Iterable[bytes], *, asks: bool = True) -> None:
        self.begin("sale")
        for number, content in enumerate(files):
            name = f"orders-{number}.xml"
            self.bring("sale", name, content)
            if asks:
                self.work_off("sale", name)

    def fetch_orders(self, *, takes: bool = True) -> bytes:
        self.begin("sale")
        answer = self.ask("sale", "query")
        assert answer.status_code == 200
        if takes:
            assert self.lines("sale", "success") == ["success"]
        return answer.content
