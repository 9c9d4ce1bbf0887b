import pytest

from crm import history
from crm.people.noting import LONGEST, EmptyNote, NoteTooLong, write_note
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db


def entries_of(customer):
    return list(history.of(customer))


def test_a_note_stands_on_the_timeline_with_its_author():
    customer, author = CustomerFactory(), UserFactory()

    write_note(
        customer, text="  Prefers calls after six.\r\nAsk for her sister. ", author=author, key="k1", at=NOON
    )

    [entry] = entries_of(customer)
    assert entry.fact.aloud() == "Prefers calls after six.\nAsk for her sister."
    assert (entry.actor, entry.occurred_at) == (author, NOON)


def test_the_same_note_sent_twice_stands_once():
    customer, author = CustomerFactory(), UserFactory()

    first = write_note(customer, text="Call back", author=author, key="k1", at=NOON)
    second = write_note(customer, text="Call back", author=author, key="k1", at=NOON)

    assert first.pk == second.pk
    assert len(entries_of(customer)) == 1


@pytest.mark.parametrize("text", ["", "   \n ", "\0"])
def test_an_empty_note_is_refused(text):
    customer = CustomerFactory()

    with pytest.raises(EmptyNote):
        write_note(customer, text=text, author=UserFactory(), key="k1", at=NOON)

    assert entries_of(customer) == []


def test_braces_in_a_note_are_only_braces():
    customer = CustomerFactory()

    write_note(customer, text="{text} {0} %(x)s", author=UserFactory(), key="k1", at=NOON)

    assert entries_of(customer)[0].fact.aloud() == "{text} {0} %(x)s"


@pytest.mark.parametrize("letter", ["a", "ж", "\n", "😀", '"', "\\", "\x01", "\ud800"])
def test_the_longest_note_fits_and_one_more_letter_is_refused(letter):
    customer = CustomerFactory()
    longest = "x" + letter * (LONGEST - 2) + "x"
    if letter == "😀":
        longest = letter * 999

    write_note(customer, text=longest, author=UserFactory(), key="k1", at=NOON)
    with pytest.raises(NoteTooLong):
        write_note(customer, text=longest + "x" * LONGEST, author=UserFactory(), key="k2", at=NOON)
