"""Mail handed to a provider over HTTP: what it answers, and what its silence means."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from crm.channels import channel_named
from crm.channels.base import Letter, NotTaken, PerhapsSent, TryLater
from crm.channels.email.channel import keys_of
from crm.mail import threading
from crm.models import ChannelAccount
from tests.factories.mailboxes import HERS, mailbox
from tests.mail_servers import free_port

pytestmark = pytest.mark.django_db
TAKEN = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "postmarks-own", "To": HERS})
LETTER = Letter(id=7, to=HERS, text="Идёт к вам.", subject="Заказ 7", thread="abcdefghijklmnop")


class Postmark:
    """Answers as it is told, and writes down what it was given. Without an answer the line breaks."""

    def __init__(self) -> None:
        self.given: list[dict] = []
        self.answer: tuple[int, dict] | None = TAKEN
        self.headers: dict[str, str] = {}


@pytest.fixture
def postmark() -> Iterator[Postmark]:
    its = Postmark()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            its.given.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if its.answer is None:
                self.connection.close()
                return
            status, told = its.answer
            self.send_response(status)
            for name, value in its.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        its.url = f"http://127.0.0.1:{server.server_port}/"
        Thread(target=server.serve_forever, daemon=True).start()
        yield its
        server.shutdown()


@pytest.fixture
def account(postmark: Postmark) -> ChannelAccount:
    return mailbox(secrets={"provider_key": "server-token"}, sends_by="postmark", provider_url=postmark.url)


def test_a_provider_gets_the_letter_with_our_signs(account, postmark):
    receipt = channel_named("email").send(account, LETTER)

    [given] = postmark.given
    named = {header["Name"]: header["Value"] for header in given["Headers"]}
    ours = threading.message_id(7, "lipa.example", keys_of(account)[0])
    assert (receipt.external_id, receipt.thread) == (ours, "abcdefghijklmnop")
    assert (given["To"], named["Message-ID"], given["Metadata"]) == (HERS, ours, {"veren": ours})
    assert "+tabcdefghijklmnop" in given["ReplyTo"]


@pytest.mark.parametrize(
    ("status", "told", "what"),
    [
        (422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{HERS}'."}, NotTaken),
        (422, {"ErrorCode": 300, "Message": "Invalid 'To' address"}, NotTaken),
        (422, {"ErrorCode": 406, "Message": "Inactive recipient"}, NotTaken),
        (401, {"ErrorCode": 10, "Message": "Bad or missing token"}, TryLater),
        (429, {}, TryLater),
        (503, {}, TryLater),
        (500, {}, PerhapsSent),
    ],
)
def test_what_a_provider_answers_decides(account, postmark, status, told, what):
    postmark.answer = (status, told)

    with pytest.raises(what):
        channel_named("email").send(account, LETTER)


def test_a_pause_that_a_provider_asks_for_is_kept(account, postmark):
    postmark.answer, postmark.headers = (429, {}), {"Retry-After": "90"}

    with pytest.raises(TryLater) as later:
        channel_named("email").send(account, LETTER)
    assert later.value.after.total_seconds() == 90


def test_a_line_that_breaks_after_the_letter_leaves_it_in_doubt(account, postmark):
    postmark.answer = None

    with pytest.raises(PerhapsSent):
        channel_named("email").send(account, LETTER)


def test_without_a_line_nothing_was_sent(account):
    account.settings["provider_url"] = f"http://127.0.0.1:{free_port()}/"

    with pytest.raises(TryLater):
        channel_named("email").send(account, LETTER)
