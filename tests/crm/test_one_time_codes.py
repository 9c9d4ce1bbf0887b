from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from crm.channels.base import Letter, TryLater
from crm.messages import outgoing
from crm.models import OneTimeCode
from crm.secrets import one_time_codes
from crm.secrets.one_time_codes import TooManyCodes, WrongCode
from tests.factories.paper_channels import PaperAccountFactory, paper_channels

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VERA = {"kind": "email", "value": "vera@example.org"}
PHONE_OF_VERA = "browser-1"

pytestmark = pytest.mark.django_db


def make(*, at=NOON, browser=PHONE_OF_VERA, **address):
    return one_time_codes.make(**(address or VERA), browser=browser, at=at)


def confirm(code, *, at=NOON, browser=PHONE_OF_VERA, **address):
    one_time_codes.confirm(code, **(address or VERA), browser=browser, at=at)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_is_six_digits_and_works_once():
    code = make()

    assert len(code) == 6 and code.isdigit()
    confirm(code)
    with pytest.raises(WrongCode):
        confirm(code)


def test_nothing_in_the_table_tells_the_code_or_the_address():
    code = make()

    row = OneTimeCode.objects.values_list().get()
    assert code.encode() not in repr(row).encode()
    assert "vera" not in repr(row)


def test_a_code_is_over_after_five_minutes():
    code = make()

    with pytest.raises(WrongCode):
        confirm(code, at=NOON + timedelta(minutes=5))


def test_a_code_works_only_in_the_browser_that_asked_and_for_its_address():
    code = make()

    with pytest.raises(WrongCode):
        confirm(code, browser="browser-2")
    with pytest.raises(WrongCode):
        confirm(code, kind="email", value="boris@example.org")
    confirm(code)


def test_after_five_wrong_tries_the_right_one_is_refused_too():
    code = make()

    left = []
    for _ in range(5):
        with pytest.raises(WrongCode) as refused:
            confirm(wrong(code))
        left.append(refused.value.figures["tries_left"])

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(WrongCode):
        confirm(code)


def test_a_new_code_ends_the_one_before():
    first, second = make(), make(at=NOON + timedelta(seconds=30))

    with pytest.raises(WrongCode):
        confirm(first if first != second else wrong(first), at=NOON + timedelta(seconds=31))
    confirm(second, at=NOON + timedelta(seconds=32))


def test_an_address_gets_ten_codes_a_day_from_all_browsers_together():
    for number in range(10):
        make(at=NOON + timedelta(minutes=number), browser=f"browser-{number}")

    with pytest.raises(TooManyCodes):
        make(at=NOON + timedelta(minutes=11), browser="browser-11")
    assert make(kind="email", value="boris@example.org")
    assert make(at=NOON + timedelta(days=1, minutes=1))


def test_ten_thousand_guesses_open_nothing():
    """Whoever knows an address guesses for a day, and asks for a new code whenever one is dead."""
    opened, code = 0, None
    for guess in range(10_000):
        at = NOON + timedelta(seconds=guess)
        if guess % 5 == 0:
            with suppress(TooManyCodes):
                code = make(at=at)
        number = guess if f"{guess:06}" != code else 999_999
        try:
            confirm(f"{number:06}", at=at)
        except WrongCode:
            continue
        opened += 1

    assert opened == 0
    assert OneTimeCode.objects.count() == 10
    assert sum(OneTimeCode.objects.values_list("tries", flat=True)) == 50


def test_a_message_goes_by_mail_and_nowhere_else_yet():
    assert outgoing.reaches("email") and not outgoing.reaches("phone")

    outgoing.send(kind="email", to="vera@example.org", subject="A code", text="123456")

    assert [letter.to for letter in mail.outbox] == [["vera@example.org"]]
    with pytest.raises(outgoing.NotSent):
        outgoing.send(kind="phone", to="+359888123456", subject="", text="123456")


def test_a_code_goes_through_the_companys_own_account_where_one_is_open() -> None:
    with paper_channels() as papers:
        PaperAccountFactory(channel="sms")
        assert outgoing.reaches("phone")

        outgoing.send(kind="phone", to="+359888123456", subject="", text="123456")
        outgoing.send(kind="phone", to="+359888123456", subject="", text="123456")

    first, second = papers["sms"].letters
    assert (first.to, first.text) == ("+359888123456", "123456")
    assert first.id != second.id


def test_a_code_that_was_not_taken_was_not_sent() -> None:
    def refuses(letter: Letter) -> None:
        raise TryLater("busy")

    with paper_channels() as papers:
        PaperAccountFactory(channel="sms")
        papers["sms"].fails = refuses
        with pytest.raises(outgoing.NotSent):
            outgoing.send(kind="phone", to="+359888123456", subject="", text="123456")
