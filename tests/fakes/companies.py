"""Over HTTP and SMTP on loopback, for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crm.demo.providers import server, smtp
from crm.demo.providers.book import Book
from crm.demo.providers.serving import in_a_thread


@dataclass(frozen=True, kw_only=True)
class Companies:
    book: Book
    url: str
    smtp_port: int


@contextmanager
def companies(*, hangs_seconds: float = 15.0) -> Iterator[Companies]:
    book = Book()
    with (
        in_a_thread(server.Server(book, hangs_seconds=hangs_seconds)) as web,
        in_a_thread(smtp.Server(book, hangs_seconds=hangs_seconds)) as mail,
    ):
        yield Companies(book=book, url=web.url, smtp_port=mail.port)
