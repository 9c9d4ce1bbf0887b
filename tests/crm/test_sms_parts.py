"""An SMS is paid for by its parts: how many there are is known before it is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.messages.sms_parts import Parts, parts_of


@pytest.mark.parametrize(
    ("text", "alphabet", "count", "left"),
    [
        ("", "gsm7", 0, 160),
        ("a" * 160, "gsm7", 1, 0),
        ("a" * 161, "gsm7", 2, 145),
        ("a" * 306, "gsm7", 2, 0),
        ("a" * 307, "gsm7", 3, 152),
        ("€" * 80, "gsm7", 1, 0),
        ("€" * 81, "gsm7", 2, 143),
        ("я" * 70, "ucs2", 1, 0),
        ("я" * 71, "ucs2", 2, 63),
        ("я" * 134, "ucs2", 2, 0),
        ("я" * 135, "ucs2", 3, 66),
        ("a" * 70 + "я", "ucs2", 2, 63),
        ("🌼" * 35, "ucs2", 1, 0),
        ("🌼" * 36, "ucs2", 2, 61),
    ],
)
def test_parts_are_counted_as_networks_do(text: str, alphabet: str, count: int, left: int) -> None:
    found = parts_of(text)

    assert (found.alphabet, found.count, found.left) == (alphabet, count, left)


@given(text=st.text(max_size=500), more=st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert parts_of(text + more).count >= parts_of(text).count


def test_an_escaped_sign_never_stands_across_two_parts() -> None:
    assert parts_of("a" * 152 + "€" + "a" * 10) == Parts("gsm7", 164, 2, 141)
