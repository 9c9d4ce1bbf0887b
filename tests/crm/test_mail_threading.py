import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail import threading
from crm.mail.headers import Address

KEY, OTHER = b"k" * 32, b"o" * 32
OURS = "help@lipa.example"


def thread_in(address: str, *keys: bytes) -> str:
    return threading.thread_in([Address(address)], OURS, keys or (KEY,))


def test_an_answer_comes_back_to_its_thread():
    thread = threading.thread_of("<1@example.org>", KEY)

    assert thread_in(threading.reply_address(OURS, thread, KEY)) == thread


def test_capitals_do_no_harm():
    thread = threading.thread_of("<1@example.org>", KEY)

    assert thread_in(threading.reply_address(OURS, thread, KEY).upper()) == thread


def test_a_mailbox_with_a_plus_of_its_own_keeps_its_name():
    address = threading.reply_address("help+shop@lipa.example", threading.thread_of("x", KEY), KEY)

    assert address.startswith("help+t")
    assert len(address.partition("@")[0]) <= 64


def test_a_key_that_was_changed_is_still_known():
    thread = threading.thread_of("x", KEY)

    assert thread_in(threading.reply_address(OURS, thread, KEY), OTHER, KEY) == thread


def test_a_token_of_another_mailbox_means_nothing():
    thread = threading.thread_of("x", OTHER)

    assert thread_in(threading.reply_address(OURS, thread, OTHER)) == ""
    assert thread_in(threading.reply_address("sales@lipa.example", threading.thread_of("x", KEY), KEY)) == ""


@given(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32))
def test_a_guessed_token_names_nothing(guess):
    assert thread_in(f"help+t{guess}@lipa.example") == ""


@pytest.mark.parametrize("position", range(33))
def test_a_token_with_one_letter_changed_names_nothing(position):
    address = threading.reply_address(OURS, threading.thread_of("x", KEY), KEY)
    at = len("help+") + position
    changed = address[:at] + ("2" if address[at] != "2" else "3") + address[at + 1 :]

    assert thread_in(changed) == ""


def test_nobody_but_us_chooses_a_thread():
    assert threading.thread_of("<1@example.org>", KEY) != threading.thread_of("<1@example.org>", OTHER)


def test_our_ids_are_known_and_made_up_ones_are_not():
    ours = threading.message_id(7, "lipa.example", KEY)

    assert threading.is_ours(ours, [OTHER, KEY])
    assert not threading.is_ours(ours, [OTHER])
    assert not threading.is_ours(ours.replace(".7.", ".8."), [KEY])
    assert not threading.is_ours("<veren.7.aaaaaaaaaaaaaaaa@lipa.example>", [KEY])


def test_what_is_answered_is_ours_first_and_the_nearest_first():
    first, second = (threading.message_id(n, "lipa.example", KEY) for n in (1, 2))
    made_up = "<veren.3.aaaaaaaaaaaaaaaa@lipa.example>"

    assert threading.answered(["<theirs@x>"], ["<old@x>", first, made_up, second], [KEY]) == [
        second,
        first,
        "<theirs@x>",
        "<old@x>",
    ]
