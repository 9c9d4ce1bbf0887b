"""What may be chosen from under a message stands on buttons where its channel has them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crm.channels import channel_named
from crm.channels.base import Letter
from tests.factories.channel_accounts import ChannelAccountFactory

pytestmark = pytest.mark.django_db

CHOICES = ("Да, помогло", "<b>Позвать человека</b>")


@pytest.fixture
def provider() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Takes every message, and keeps what it was told."""
    told: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = json.dumps({"ok": True, "result": {"message_id": 1}, "status": 0, "message_token": 5})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", told
    server.shutdown()
    server.server_close()
    thread.join()


def sent(channel: str, provider: tuple[str, list[dict[str, Any]]], **more: Any) -> dict[str, Any]:
    url, told = provider
    account = ChannelAccountFactory(channel=channel, provider_url=url)
    channel_named(channel).send(account, Letter(id=1, to="4242", text="Помогло?", **more))
    return told[-1]


def test_telegram_gets_a_button_for_each_choice(provider):
    rows = sent("telegram", provider, choices=CHOICES)["reply_markup"]["inline_keyboard"]

    assert [button["text"] for row in rows for button in row] == list(CHOICES)
    assert all(len(button["callback_data"]) < 64 for row in rows for button in row)


def test_viber_gets_a_keyboard_whose_words_are_no_markup(provider):
    buttons = sent("viber", provider, choices=CHOICES)["keyboard"]["Buttons"]

    assert [button["ActionBody"] for button in buttons] == list(CHOICES)
    assert all("<" not in button["Text"] for button in buttons)


@pytest.mark.parametrize("channel", ["telegram", "viber"])
def test_without_choices_there_are_no_buttons(provider, channel):
    assert not {"reply_markup", "keyboard"} & set(sent(channel, provider))


def test_marks_of_a_scale_stand_side_by_side(provider):
    marks = [str(number) for number in range(11)]
    rows = sent("telegram", provider, choices=marks)["reply_markup"]["inline_keyboard"]
    keys = sent("viber", provider, choices=marks)["keyboard"]["Buttons"]

    assert [[button["text"] for button in row] for row in rows] == [marks[:6], marks[6:]]
    assert {button["Columns"] for button in keys} == {1}
