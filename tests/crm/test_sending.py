"""A message is a row before it is sent, is claimed by one worker, handed over once, and followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from crm.channels.base import Letter, NotTaken, PerhapsSent, Report, TryLater
from crm.consents import consenting, preference_links
from crm.messages import sending
from crm.messages.sending import NotUncertain
from crm.models import Attachment, ChannelAccount, Customer, Message, TimelineEntry
from tests.factories.paper_channels import Paper, PaperAccountFactory, QueuedFactory, paper_channels
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def papers() -> Iterator[dict[str, Paper]]:
    with paper_channels() as papers:
        yield papers


@pytest.fixture
def paper(papers: dict[str, Paper]) -> Paper:
    return papers["email"]


def send_all(at: object = NOON) -> int:
    sent = 0
    while sending.send_next(at=at):  # type: ignore[arg-type]
        sent += 1
    return sent


def failing(paper: Paper, error: Exception) -> None:
    def fails(letter: Letter) -> None:
        raise error

    paper.fails = fails


def kinds() -> list[str]:
    return list(TimelineEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_what_is_due_is_sent_once_and_told_to_the_timeline(paper: Paper) -> None:
    message = QueuedFactory()

    assert send_all() == 1
    assert send_all() == 0

    message.refresh_from_db()
    assert (message.state, message.external_id, message.sent_at) == ("sent", f"paper-{message.pk}", NOON)
    assert [letter.id for letter in paper.letters] == [message.pk]
    entry = TimelineEntry.objects.get()
    assert entry.kind == "crm.message_sent"
    assert (entry.subject_id, entry.customer_id) == (message.pk, message.customer_id)


def test_what_is_not_due_waits(paper: Paper) -> None:
    QueuedFactory(send_at=NOON + SECOND)

    assert send_all() == 0
    assert send_all(NOON + SECOND) == 1


def test_nothing_leaves_by_a_closed_account(paper: Paper) -> None:
    QueuedFactory(account=PaperAccountFactory(closed_at=NOON))

    assert send_all() == 0


def test_messages_go_in_the_order_of_their_hours(paper: Paper) -> None:
    account = PaperAccountFactory()
    for text, minutes in (("third", 3), ("first", 1), ("second", 2)):
        QueuedFactory(account=account, text=text, send_at=NOON + minutes * MINUTE)

    send_all(NOON + 5 * MINUTE)

    assert paper.texts == ["first", "second", "third"]


def test_nothing_overtakes_a_message_to_the_same_person_that_is_being_sent(paper: Paper) -> None:
    account = PaperAccountFactory()
    QueuedFactory(account=account, address="a@mail.example", state="sending", claimed_at=NOON)
    QueuedFactory(account=account, address="a@mail.example", text="later")
    QueuedFactory(account=account, address="b@mail.example", text="to another")

    send_all()

    assert paper.texts == ["to another"]


def test_who_takes_nothing_now_is_asked_again_after_growing_pauses(paper: Paper) -> None:
    message = QueuedFactory()
    failing(paper, TryLater("busy"))
    pauses, at = [], NOON
    while Message.objects.filter(state="queued").exists():
        assert send_all(at) == 1
        message.refresh_from_db()
        pauses.append(message.send_at - at)
        at = message.send_at

    assert message.state == "failed"
    assert pauses[0] < MINUTE < pauses[-2]
    assert kinds() == ["crm.message_not_delivered"]
    assert ChannelAccount.objects.get().failure == "busy"


def test_a_pause_that_the_provider_names_holds_for_the_whole_account(paper: Paper) -> None:
    account = PaperAccountFactory()
    QueuedFactory(account=account)
    QueuedFactory(account=account)
    failing(paper, TryLater("slow down", after=10 * MINUTE))

    assert send_all() == 1
    paper.fails = lambda letter: None
    assert send_all(NOON + 9 * MINUTE) == 0
    assert send_all(NOON + 11 * MINUTE) == 2


def test_what_is_refused_for_good_has_failed_with_its_reason(paper: Paper) -> None:
    message = QueuedFactory()
    failing(paper, NotTaken("no such mailbox", is_address_dead=True))
    send_all()

    message.refresh_from_db()
    assert (message.state, message.failure, message.is_address_dead) == ("failed", "no such mailbox", True)
    assert message.ended_at == NOON
    assert kinds() == ["crm.message_not_delivered"]


@pytest.mark.parametrize("error", [PerhapsSent("line broke"), RuntimeError("a fault of ours")])
def test_what_was_perhaps_sent_is_shown_and_never_sent_again_by_itself(
    paper: Paper, error: Exception
) -> None:
    message = QueuedFactory()
    failing(paper, error)
    send_all()
    paper.fails = lambda letter: None

    assert send_all(NOON + timedelta(days=30)) == 0
    message.refresh_from_db()
    assert message.state == "uncertain"
    assert kinds() == []


def test_what_a_dead_worker_had_claimed_is_perhaps_sent(paper: Paper) -> None:
    message = QueuedFactory()
    assert sending.claim(at=NOON) == message

    assert sending.find_lost(at=NOON + MINUTE) == 0
    assert sending.find_lost(at=NOON + sending.CLAIM_LASTS + SECOND) == 1
    assert sending.find_lost(at=NOON + timedelta(hours=1)) == 0
    assert send_all(NOON + timedelta(hours=1)) == 0
    message.refresh_from_db()
    assert (message.state, message.failure) == ("uncertain", sending.NOT_HEARD_OF)


def test_a_slow_worker_that_was_given_up_says_in_the_end_what_became_of_it(paper: Paper) -> None:
    QueuedFactory()
    claimed = sending.claim(at=NOON)
    assert claimed
    sending.find_lost(at=NOON + timedelta(hours=1))
    sending.hand_over(claimed, at=NOON)

    claimed.refresh_from_db()
    assert claimed.state == "sent"


def test_a_colleague_decides_to_send_again(paper: Paper) -> None:
    message, maria = QueuedFactory(state="uncertain", claimed_at=NOON, attempts=1), UserFactory()
    sending.send_again(message, by=maria, at=NOON + MINUTE)
    send_all(NOON + MINUTE)

    message.refresh_from_db()
    assert (message.state, message.decided_by, message.decided_at) == ("sent", maria, NOON + MINUTE)
    assert len(paper.letters) == 1


def test_a_colleague_has_learned_that_it_arrived(paper: Paper) -> None:
    message, maria = QueuedFactory(state="uncertain"), UserFactory()
    sending.confirm_arrival(message, by=maria, at=NOON)

    message.refresh_from_db()
    assert (message.state, message.decided_by) == ("sent", maria)
    assert paper.letters == []
    assert TimelineEntry.objects.get().actor == maria


@pytest.mark.parametrize("state", ["queued", "sent", "failed", "cancelled"])
def test_nobody_decides_about_what_is_known(paper: Paper, state: str) -> None:
    message = QueuedFactory(state=state)
    for decide in (sending.send_again, sending.confirm_arrival):
        with pytest.raises(NotUncertain):
            decide(message, by=UserFactory(), at=NOON)


def test_who_took_their_consent_back_meanwhile_gets_no_advertising(paper: Paper) -> None:
    message = QueuedFactory(purpose="advertising")
    told = {"purpose": "advertising", "source": "agent", "at": NOON}
    consenting.give(message.customer, channel="email", occurred_at=NOON - 2 * MINUTE, **told)
    consenting.withdraw(message.customer, channel="email", occurred_at=NOON - MINUTE, **told)

    send_all()

    message.refresh_from_db()
    assert (message.state, message.failure) == ("cancelled", sending.NO_CONSENT)
    assert paper.letters == []


def test_nothing_is_sent_to_somebody_who_was_erased(paper: Paper) -> None:
    message = QueuedFactory(erased_at=NOON)
    send_all()

    message.refresh_from_db()
    assert message.state == "cancelled"
    assert paper.letters == []


def test_an_account_keeps_the_pace_of_its_provider(papers: dict[str, Paper]) -> None:
    account = PaperAccountFactory(channel="slow")
    for _message in range(3):
        QueuedFactory(account=account)

    assert send_all() == 1
    assert sending.is_more_to_come(at=NOON + SECOND)
    assert send_all(NOON + timedelta(milliseconds=499)) == 0
    assert send_all(NOON + timedelta(milliseconds=500)) == 1
    assert send_all(NOON + SECOND) == 1
    assert not sending.is_more_to_come(at=NOON + MINUTE)


def test_one_person_is_not_written_to_faster_than_the_provider_allows(papers: dict[str, Paper]) -> None:
    account = PaperAccountFactory(channel="slow")
    for _message in range(2):
        QueuedFactory(account=account, address="a@mail.example")

    assert send_all() == 1
    assert send_all(NOON + timedelta(milliseconds=900)) == 0
    assert send_all(NOON + SECOND) == 1


def test_a_provider_that_is_slow_holds_up_no_other_account(papers: dict[str, Paper]) -> None:
    slow = PaperAccountFactory(channel="slow")
    for _message in range(2):
        QueuedFactory(account=slow)
    QueuedFactory(account=PaperAccountFactory())

    assert send_all() == 2


def test_reports_move_a_message_up_and_never_down(paper: Paper) -> None:
    message = QueuedFactory()
    send_all()
    account = message.account

    for state, minutes in (("read", 3), ("delivered", 2), ("sent", 1)):
        report = Report(external_id=f"paper-{message.pk}", state=state, at=NOON + minutes * MINUTE)
        sending.follow(account, report, at=NOON)

    message.refresh_from_db()
    assert (message.state, message.read_at, message.delivered_at) == ("read", NOON + 3 * MINUTE, None)


def test_a_report_of_failure_is_told_once(paper: Paper) -> None:
    message = QueuedFactory()
    send_all()
    report = Report(
        external_id=f"paper-{message.pk}", state="failed", at=NOON, reason="bounced", is_address_dead=True
    )
    for _time in range(3):
        sending.follow(message.account, report, at=NOON)

    message.refresh_from_db()
    assert (message.state, message.failure, message.is_address_dead) == ("failed", "bounced", True)
    assert kinds() == ["crm.message_sent", "crm.message_not_delivered"]


def test_what_was_delivered_is_not_undelivered_by_a_late_word(paper: Paper) -> None:
    message = QueuedFactory(state="delivered", external_id="x")
    sending.follow(message.account, Report(external_id="x", state="failed", at=NOON, reason="?"), at=NOON)

    message.refresh_from_db()
    assert message.state == "delivered"


def test_reports_about_strangers_change_nothing(paper: Paper) -> None:
    message = QueuedFactory(state="sent", external_id="x")
    other = PaperAccountFactory(is_main=False)

    assert sending.follow(other, Report(external_id="x", state="read", at=NOON), at=NOON) is None
    assert sending.follow(message.account, Report(external_id="", state="read", at=NOON), at=NOON) is None


def test_a_mail_links_to_the_persons_wishes(paper: Paper) -> None:
    message = QueuedFactory()
    send_all()

    [letter] = paper.letters
    assert preference_links.address_of(message.customer_id) in letter.text
    assert letter.unsubscribe_url == ""
    assert message.text in letter.text


def test_advertising_by_mail_can_be_refused_with_one_click(paper: Paper) -> None:
    message = QueuedFactory(purpose="advertising")
    consenting.give(
        message.customer, purpose="advertising", channel="email", source="agent", occurred_at=NOON, at=NOON
    )
    send_all()

    [letter] = paper.letters
    assert letter.unsubscribe_url == preference_links.unsubscribe_address_of(
        message.customer_id, channel="email"
    )


def test_in_a_chat_only_the_first_of_our_messages_has_the_link(papers: dict[str, Paper]) -> None:
    account = PaperAccountFactory(channel="telegram")
    for text in ("one", "two"):
        QueuedFactory(account=account, address="77", text=text)
    send_all()

    first, second = papers["telegram"].letters
    assert "/p/" in first.text
    assert second.text == "two"


def test_claiming_costs_the_same_however_much_waits(paper: Paper, django_assert_num_queries: object) -> None:
    account = PaperAccountFactory()
    for _message in range(30):
        QueuedFactory(account=account)

    with django_assert_num_queries(5):  # type: ignore[operator]  # a savepoint, account, message, claim, release
        sending.claim(at=NOON)


def test_the_next_message_is_found_by_index(paper: Paper) -> None:
    """The turn is read from what waits, not from all that was ever sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'message_on_its_way'")
        (definition,) = cursor.fetchone()
    assert "(account_id, address, send_at)" in definition
    assert "queued" in definition


def test_files_go_along(paper: Paper, tmp_path: object, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    message: Message = QueuedFactory()
    attachment = Attachment(
        message=message, token="t" * 20, name="invoice.pdf", content_type="application/pdf", size_bytes=4
    )
    attachment.file.save("t" * 20, ContentFile(b"%PDF"), save=False)
    attachment.save()
    send_all()

    [letter] = paper.letters
    assert [(file.name, file.content) for file in letter.files] == [("invoice.pdf", b"%PDF")]


def test_whoever_was_merged_meanwhile_is_still_answered_where_they_wrote(paper: Paper) -> None:
    message = QueuedFactory(address="old@mail.example")
    Customer.objects.filter(pk=message.customer_id).update(preferred_channel="sms")
    send_all()

    assert [letter.to for letter in paper.letters] == ["old@mail.example"]
