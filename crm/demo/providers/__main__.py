"""The stand-ins as a process of the demo: `python -m crm.demo.providers --http PORT --smtp PORT [--book FILE]`."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from crm.demo.providers import server, smtp
from crm.demo.providers.book import Book


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--http", type=int, required=True)
    asked.add_argument("--smtp", type=int, required=True)
    asked.add_argument("--book", type=Path)
    told = asked.parse_args()
    book = Book(place=told.book)
    mail = smtp.Server(book, port=told.smtp)
    threading.Thread(target=mail.serve_forever, daemon=True).start()
    with server.Server(book, port=told.http) as web:
        web.serve_forever()


if __name__ == "__main__":
    main()
