"""Every reaction takes effect exactly once, in each customer's order, whatever dies and whenever it commits."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from config import embedded
from crm import feed, relay, timeline
from crm.facts import Fact, NoteWritten, OrderPlaced
from crm.models import (
    Customer,
    FeedRow,
    Identity,
    OutboxRow,
    ParkedEntry,
    ReactionCursor,
    TimelineEntry,
)
from crm.reactions import TRIES, Reaction, next_try
from tests.relaying import EFFECTS, effects, start_relay

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def customers(count: int) -> list[Customer]:
    return Customer.objects.bulk_create(
        Customer(given_name=f"Клиент {n}", created_at=NOON) for n in range(count)
    )


def write(customer: Customer | None, event: str, text: str = "позвонить") -> TimelineEntry:
    return timeline.record(
        customer,
        NoteWritten(text=text),
        source="test",
        source_id=event,
        occurred_at=NOON,
    )


EVERY_ENTRY = range(2**63)


@dataclass
class Listener:
    """A reaction that remembers what reached it, and refuses the entries it is told to refuse."""

    heard: list[int] = field(default_factory=list)
    refused: Container[int] = ()

    def __call__(self, entries: Sequence[TimelineEntry]) -> None:
        for entry in entries:
            if entry.pk in self.refused:
                raise ValueError("not this one")
        self.heard += [entry.pk for entry in entries]


@pytest.fixture
def reacting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put these reactions into the table for one test."""

    def install(*, afterwards: Sequence[Reaction] = (), at_once: Sequence[Reaction] = ()) -> None:
        monkeypatch.setitem(
            sys.modules,
            "tests.table_of_one_test",
            SimpleNamespace(AFTERWARDS=afterwards, AT_ONCE=at_once),
        )
        settings.REACTIONS = "tests.table_of_one_test"

    return install


def listening(listener: Callable[[Sequence[TimelineEntry]], None], *on: type[Fact], **more: Any) -> Reaction:
    return Reaction(name="test.listener", on=on or (NoteWritten,), do=listener, **more)


def pump_dry() -> None:
    while relay.pump():
        pass


@pytest.mark.django_db
class TestFeed:
    def test_positions_are_gapless_and_in_order(self) -> None:
        maria, ivan = customers(2)
        written = [write(maria, "1"), write(ivan, "2"), write(maria, "3")]

        assert feed.sequence(at_most=2) == 2
        assert feed.sequence() == 1
        assert feed.sequence() == 0

        assert list(FeedRow.objects.order_by("position").values_list("position", "entry_id")) == [
            (place, entry.pk) for place, entry in enumerate(written, start=1)
        ]
        assert not OutboxRow.objects.exists()

    def test_a_window_of_the_feed_comes_with_its_entries(self) -> None:
        (maria,) = customers(1)
        for n in range(5):
            write(maria, str(n))
        feed.sequence()

        rows = list(feed.after(2, window=2))

        assert [row.position for row in rows] == [3, 4]
        assert rows[0].entry.customer_id == maria.pk


@pytest.mark.django_db
class TestReactions:
    def test_a_reaction_hears_its_kinds_once(self, reacting: Callable[..., None]) -> None:
        (maria,) = customers(1)
        listener = Listener()
        reacting(afterwards=[listening(listener)])
        written = [write(maria, "1").pk, write(maria, "2").pk]

        pump_dry()
        pump_dry()

        assert listener.heard == written

    def test_a_reaction_to_other_kinds_hears_nothing_and_still_reads_on(
        self, reacting: Callable[..., None]
    ) -> None:
        (maria,) = customers(1)
        listener = Listener()
        reacting(afterwards=[listening(listener, OrderPlaced)])
        write(maria, "1")

        pump_dry()

        assert listener.heard == []
        assert ReactionCursor.objects.get().position == 1

    def test_an_imported_past_reaches_only_those_who_want_it(self, reacting: Callable[..., None]) -> None:
        (maria,) = customers(1)
        present, both = Listener(), Listener()
        reacting(
            afterwards=[
                Reaction(name="present", on=(NoteWritten,), do=present),
                Reaction(name="both", on=(NoteWritten,), do=both, wants_history=True),
            ]
        )
        timeline.record(
            maria,
            NoteWritten(text="давно"),
            source="import",
            source_id="1",
            occurred_at=NOON,
            is_history=True,
        )

        pump_dry()

        assert (len(present.heard), len(both.heard)) == (0, 1)

    def test_a_failing_entry_holds_back_only_its_customer(self, reacting: Callable[..., None]) -> None:
        maria, ivan = customers(2)
        listener = Listener()
        reacting(afterwards=[listening(listener)])
        bad, hers, his = write(maria, "1"), write(maria, "2"), write(ivan, "3")
        listener.refused = {bad.pk}

        pump_dry()

        assert listener.heard == [his.pk]
        assert list(ParkedEntry.objects.order_by("entry_id").values_list("entry_id", "attempts")) == [
            (bad.pk, 1),
            (hers.pk, 0),
        ]
        assert "ValueError" in ParkedEntry.objects.get(entry_id=bad.pk).error
        assert "not this one" not in ParkedEntry.objects.get(entry_id=bad.pk).error, (
            "messages may quote people"
        )

        later = write(maria, "4")
        pump_dry()
        assert listener.heard == [his.pk], "what comes later waits behind it"

        listener.refused = set()
        relay.replay(list(ParkedEntry.objects.all()))
        pump_dry()

        assert listener.heard == [his.pk, bad.pk, hers.pk, later.pk]
        assert not ParkedEntry.objects.exists()

    def test_entries_of_nobody_hold_back_nobody(self, reacting: Callable[..., None]) -> None:
        listener = Listener()
        reacting(afterwards=[listening(listener)])
        bad, good = write(None, "1"), write(None, "2")
        listener.refused = {bad.pk}

        pump_dry()

        assert listener.heard == [good.pk]

    def test_after_its_tries_an_entry_waits_for_people(self, reacting: Callable[..., None]) -> None:
        (maria,) = customers(1)
        listener = Listener()
        reacting(afterwards=[listening(listener)])
        bad = write(maria, "1")
        listener.refused = {bad.pk}
        pump_dry()

        for _ in range(TRIES):
            ParkedEntry.objects.exclude(next_try_at=None).update(next_try_at=timezone.now())
            relay.retry_due()

        parked = ParkedEntry.objects.get()
        assert (parked.attempts, parked.next_try_at) == (TRIES, None)
        assert relay.retry_due() == 0

    def test_a_reaction_at_once_takes_effect_with_the_fact(self, reacting: Callable[..., None]) -> None:
        (maria,) = customers(1)
        listener = Listener()
        reacting(at_once=[listening(listener)])

        entry = write(maria, "1")
        write(maria, "1")

        assert listener.heard == [entry.pk], "a repeated event is no new fact"

    def test_a_reaction_at_once_that_fails_loses_no_fact(self, reacting: Callable[..., None]) -> None:
        (maria,) = customers(1)
        reacting(at_once=[listening(Listener(refused=EVERY_ENTRY))])

        entry = write(maria, "1")

        assert TimelineEntry.objects.filter(pk=entry.pk).exists()
        assert ParkedEntry.objects.get().entry_id == entry.pk

    def test_a_deferred_constraint_that_breaks_in_a_reaction_loses_no_fact(
        self, reacting: Callable[..., None]
    ) -> None:
        def give_an_identity_to_nobody(entries: Sequence[TimelineEntry]) -> None:
            Identity.objects.create(
                customer_id=999_999_999,
                kind="email",
                value="a@example.org",
                added_at=NOON,
            )

        (maria,) = customers(1)
        reacting(at_once=[listening(give_an_identity_to_nobody)])

        with transaction.atomic():
            entry = write(maria, "1")
        connection.check_constraints()

        assert TimelineEntry.objects.filter(pk=entry.pk).exists()
        assert "IntegrityError" in ParkedEntry.objects.get().error

    def test_pauses_grow_and_end(self) -> None:
        pauses = [next_try(attempts, NOON) for attempts in range(1, TRIES + 1)]

        assert pauses[-1] is None
        lengths = [pause - NOON for pause in pauses if pause]
        assert timedelta(seconds=4) <= lengths[0] <= timedelta(seconds=6)
        assert max(lengths) <= timedelta(hours=7.2)


@pytest.mark.django_db(transaction=True)
class TestUnderFire:
    WRITERS, EACH, PEOPLE, KILLS = 50, 12, 12, 5

    def test_each_effect_happens_once_and_in_order(
        self,
        owner_connection: psycopg.Connection[Any],
        child_environment: dict[str, str],
    ) -> None:
        owner_connection.execute(EFFECTS)
        people = customers(self.PEOPLE)

        with open_writer_elsewhere(owner_connection):
            writers = [
                threading.Thread(target=self.write_a_lot, args=(people, n)) for n in range(self.WRITERS)
            ]
            for writer in writers:
                writer.start()
            self.relay_and_kill(child_environment)
            for writer in writers:
                writer.join()
            self.finish(owner_connection, child_environment)

        self.assert_exactly_once_in_order(owner_connection)

    def write_a_lot(self, people: list[Customer], writer: int) -> None:
        """Each transaction keeps its ids for a while before it commits, so that they become visible out of order."""
        chance = random.Random(writer)
        for n in range(self.EACH):
            with transaction.atomic():
                write(chance.choice([*people, None]), f"{writer}:{n}")
                time.sleep(chance.random() * 0.02)
        connection.close()

    def relay_and_kill(self, environment: dict[str, str]) -> None:
        """Two relays race; both are killed again and again in the middle of whatever they do."""
        chance = random.Random(7)
        for _ in range(self.KILLS):
            pair = [start_relay(environment), start_relay(environment)]
            time.sleep(2 + chance.random())
            for one in pair:
                one.send_signal(signal.SIGKILL)
                one.wait()

    def finish(self, watching: psycopg.Connection[Any], environment: dict[str, str]) -> None:
        relay_process = start_relay(environment)
        wanted = self.WRITERS * self.EACH
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            done = watching.execute(
                "SELECT count(*) FROM crm_reactioncursor WHERE position >= %s", [wanted]
            ).fetchone()
            if done == (2,):
                break
            time.sleep(0.1)
        relay_process.send_signal(signal.SIGTERM)
        assert relay_process.wait(timeout=10) == 0

    def assert_exactly_once_in_order(self, watching: psycopg.Connection[Any]) -> None:
        wanted = {pk for (pk,) in watching.execute("SELECT id FROM crm_timelineentry")}
        positions = [p for (p,) in watching.execute("SELECT position FROM crm_feed ORDER BY position")]
        happened = [row for row in effects(watching) if row[0] == "test.everything"]

        assert len(wanted) == self.WRITERS * self.EACH
        assert positions == list(range(1, len(wanted) + 1))
        assert Counter(entry for _, entry, _ in happened) == Counter(wanted)
        by_customer: dict[int, list[int]] = defaultdict(list)
        for _, entry, customer in happened:
            if customer:
                by_customer[customer].append(entry)
        assert all(entries == sorted(entries) for entries in by_customer.values())

    def test_a_dump_restored_elsewhere_goes_on_where_it_was(
        self,
        owner_connection: psycopg.Connection[Any],
        child_environment: dict[str, str],
        reacting: Callable[..., None],
    ) -> None:
        owner_connection.execute(EFFECTS)
        people = customers(3)
        listener = Listener()
        reacting(afterwards=[listening(listener)])
        for n in range(30):
            with transaction.atomic():
                write(people[n % 3], str(n))
        feed.sequence(at_most=20)
        relay.serve(listening(listener), head=20, window=15)
        assert len(listener.heard) == 15

        with restored(owner_connection) as elsewhere:
            listener.heard.clear()
            with pointed_at(elsewhere):
                pump_dry()
                assert FeedRow.objects.count() == feed.head() == 30

        assert len(listener.heard) == 15
        assert len(set(listener.heard)) == 15


@contextmanager
def open_writer_elsewhere(beside: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction left open in another database of the server: it must not hold back the feed."""
    with psycopg.connect(beside.info.dsn, dbname="postgres") as other:
        other.execute("SELECT pg_current_xact_id()")
        yield
        other.rollback()


@contextmanager
def restored(owner: psycopg.Connection[Any]) -> Iterator[str]:
    """A copy of the test database made by pg_dump and psql; yields its name and drops it in the end."""
    name = f"restored_{owner.info.dbname}"
    owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dump = subprocess.run([embedded.program("pg_dump"), owner.info.dsn], check=True, stdout=subprocess.PIPE)
    target = psycopg.conninfo.make_conninfo(owner.info.dsn, dbname=name)
    # A newer pg_dump sets a parameter that an older server does not know: psql says so and goes on.
    subprocess.run([embedded.program("psql"), "--quiet", "--dbname", target], check=True, input=dump.stdout)
    yield name
    owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's connection on another database for a while."""
    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    yield
    connection.close()
    connection.settings_dict["NAME"] = before
