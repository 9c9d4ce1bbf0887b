"""What shops do all day, by clients that ask again with the same Idempotency-Key until somebody answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

import httpx

CLIENTS = 8
PATIENCE_SECONDS = 90
TOLD_AGAIN = 0.2
PRICE, PIECES = 10, 3
POINTS_OF_ORDER = PRICE * PIECES
HELD = 50


@dataclass(frozen=True)
class Person:
    customer: int
    member: int


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was acknowledged: `points` come to the member, or go where they are below zero."""

    what: str
    key: str
    member: int
    points: int
    body: dict[str, Any]
    answer: dict[str, Any]


@dataclass
class Diary:
    """Of all clients together. `silences`: answers that never came, or that asked to come back."""

    done: list[Done] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    silences: int = 0
    _lock: Any = field(default_factory=Lock)

    def write(self, done: Done) -> None:
        with self._lock:
            self.done.append(done)

    def note_refusal(self, code: str) -> None:
        with self._lock:
            self.refused[code] += 1

    def note_silence(self) -> None:
        with self._lock:
            self.silences += 1

    def of(self, *what: str) -> list[Done]:
        return [one for one in self.done if one.what in what]


class Client:
    """A till or a web store with a connection of its own. It never gives up what it began."""

    def __init__(self, n: int, *, address: str, key: str, people: Sequence[Person], diary: Diary) -> None:
        self.name, self.chance = f"client-{n}", random.Random(n)
        self.people, self.diary = people, diary
        self.address, self.headers = f"{address}/api/v1/", {"Authorization": f"Bearer {key}"}
        self.numbers = 0
        self.orders: list[Done] = []

    def work_until(self, closing: Event) -> None:
        with httpx.Client(base_url=self.address, headers=self.headers, timeout=10) as self.http:
            while not closing.is_set():
                self.chance.choice(DAY)(self, self.chance.choice(self.people))

    def number(self) -> str:
        self.numbers += 1
        return f"{self.name}-{self.numbers}"

    def ask(
        self, what: str, path: str, body: dict[str, Any], *, member: int = 0, points: int = 0
    ) -> Done | None:
        """Ask until there is an answer. None: a rule refused it."""
        key = self.number()
        answer = self._answer(path, body, key)
        if answer.status_code != 201:
            self.diary.note_refusal(_problem(answer))
            return None
        done = Done(what=what, key=key, member=member, points=points, body=body, answer=answer.json())
        self.diary.write(done)
        if self.chance.random() < TOLD_AGAIN:
            again = self._answer(path, body, key)
            assert (again.status_code, again.text) == (201, answer.text), "a key was answered otherwise"
        return done

    def _answer(self, path: str, body: dict[str, Any], key: str) -> httpx.Response:
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            try:
                answer = self.http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.diary.note_silence()
            else:
                assert answer.status_code != 500, f"{path}: {answer.text}"
                if answer.status_code < 500 and _problem(answer) != "still-running":
                    return answer
                self.diary.note_silence()
            sleep(self.chance.uniform(0.02, 0.2))
        raise AssertionError(f"{path} was not answered within {PATIENCE_SECONDS} s")


def _problem(answer: httpx.Response) -> str:
    return "" if answer.is_success else answer.json()["type"].rsplit("/", 1)[-1]


# ── A shop's day ─────────────────────────────────────────────────────────────
def buy(client: Client, person: Person) -> None:
    order = client.ask(
        "order", "orders/", _order(client, person), member=person.member, points=POINTS_OF_ORDER
    )
    if order:
        client.orders.append(order)


def pay_with_points(client: Client, person: Person) -> None:
    """Points are set aside at the checkout, and pay the order that names them."""
    if hold := _hold(client, person, minutes=60):
        body = {**_order(client, person), "holds": [hold.answer["id"]]}
        client.ask("order paid", "orders/", body, member=person.member, points=POINTS_OF_ORDER - HELD)


def take_back(client: Client, person: Person) -> None:
    """A piece of an earlier order comes back."""
    if client.orders:
        order = client.chance.choice(client.orders)
        body = {
            "external_id": client.number(),
            "returned_at": _now(),
            "lines": [{"line": "1", "quantity": "1"}],
        }
        path = f"orders/{order.answer['id']}/returns/"
        client.ask("return", path, body, member=order.member, points=-PRICE)


def redeem(client: Client, person: Person) -> None:
    points = client.chance.randint(1, 40)
    body = {"member": person.member, "points": points}
    client.ask("redeem", "redemptions/", body, member=person.member, points=-points)


def capture_and_release(client: Client, person: Person) -> None:
    if hold := _hold(client, person, minutes=60):
        points = client.chance.randint(1, HELD - 1)
        path = f"holds/{hold.answer['id']}"
        client.ask("capture", f"{path}/captures/", {"points": points}, member=person.member, points=-points)
        client.ask("release", f"{path}/releases/", {}, member=person.member)


def leave_the_checkout(client: Client, person: Person) -> None:
    """Nobody comes back for what was set aside. The programme's own time is nought minutes: it is over at once."""
    _hold(client, person)


def join(client: Client, person: Person) -> None:
    client.ask("join", "members/", {"external_id": client.number(), "given_name": "Мария"})


def _hold(client: Client, person: Person, **more: int) -> Done | None:
    body = {"member": person.member, "points": HELD, **more}
    return client.ask("hold", "holds/", body, member=person.member)


def _order(client: Client, person: Person) -> dict[str, Any]:
    line = {"external_id": "1", "name": "Липов чай", "quantity": f"{PIECES}", "unit_price": f"{PRICE}"}
    return {
        "external_id": client.number(),
        "customer": {"id": person.customer},
        "placed_at": _now(),
        "paid_at": _now(),
        "lines": [line],
    }


def _now() -> str:
    return datetime.now(UTC).isoformat()


DAY: list[Callable[[Client, Person], None]] = [
    buy,
    buy,
    buy,
    pay_with_points,
    take_back,
    redeem,
    redeem,
    capture_and_release,
    leave_the_checkout,
    join,
]


@contextmanager
def open_shops(*, address: str, key: str, people: Sequence[Person]) -> Iterator[Diary]:
    """Clients at work until the block ends; then each finishes what it began, and what failed in one is raised."""
    diary, closing = Diary(), Event()
    clients = [Client(n, address=address, key=key, people=people, diary=diary) for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        days = [threads.submit(client.work_until, closing) for client in clients]
        try:
            yield diary
        finally:
            closing.set()
        for day in days:
            day.result()
