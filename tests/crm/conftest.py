import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail_servers import Dovecot, Post, dovecot, smtp


@pytest.fixture
def post() -> Iterator[Post]:
    with smtp() as (post, port):
        post.port = port
        yield post


@pytest.fixture(scope="session")
def imap() -> Iterator[Dovecot]:
    """In a folder that the server's own account can enter."""
    with tempfile.TemporaryDirectory(prefix="veren-dovecot-") as folder:
        Path(folder).chmod(0o755)
        with dovecot(Path(folder)) as server:
            yield server
