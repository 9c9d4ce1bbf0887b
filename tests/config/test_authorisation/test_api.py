"""The API: a key does what its scope names, for its own shop, and nothing is done without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve

from tests.config.test_authorisation import world as the_world
from tests.config.test_authorisation.knocking import (
    address,
    has_parameters,
    is_api,
    routes,
    writes,
    written_between,
)
from tests.config.test_authorisation.table_of_api import ADDRESSES, OPEN, Address
from tests.config.test_authorisation.world import (
    FOREIGN_SHOP,
    FOREIGN_WORDS,
    SHUT_OUT,
    WITH_EVERYTHING,
    World,
)

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_numbers = count(1)


@pytest.fixture
def world() -> World:
    cache.clear()
    return the_world.build()


def test_every_address_has_its_line_in_the_table():
    known = {route for route in routes() if is_api(route)}

    missing = sorted(known - set(ADDRESSES))
    assert not missing, "table_of_api.py has no line for: " + "".join(
        f'\n    "{route}": Address(reads("…") | writes("…"){", about=…" if has_parameters(route) else ""}),'
        for route in missing
    )
    assert not (gone := sorted(set(ADDRESSES) - known)), f"table_of_api.py tells of what is gone: {gone}"


@pytest.mark.parametrize("method", METHODS)
def test_a_key_does_what_its_scope_names_and_nothing_else(world, method):
    faults: list[str] = []
    for route, one in ADDRESSES.items():
        path = address(route, world.values(one.about, "own"))
        for name in world.keys:
            found = ask(world, name, method, path).status_code
            if not is_right(one, method, name, found):
                faults.append(f"{method} {route} with {name}: {found}")
    assert not faults, "\n".join(faults)


def is_right(one: Address, method: str, name: str, found: int) -> bool:
    scope = one.scopes.get(method)
    if scope == OPEN:
        return found == 200
    if not one.scopes:
        return found == 404
    if name in SHUT_OUT:
        return found in ({401} if scope else {401, 405})
    if scope is None:
        return found == 405
    if name not in (scope, WITH_EVERYTHING, FOREIGN_SHOP):
        return found == 403
    if name == FOREIGN_SHOP and one.of_one_shop:
        return found == 404
    return found < 500 and found not in (401, 403, 404, 405)


@pytest.mark.parametrize("method", METHODS)
def test_a_foreign_thing_answers_as_one_that_is_not_there(world, method):
    faults: list[str] = []
    for route, one in ADDRESSES.items():
        if one.of_one_shop and method in one.scopes:
            answers = {
                whose: ask(world, WITH_EVERYTHING, method, address(route, world.values(one.about, whose)))
                for whose in ("foreign", "none")
            }
            if {answer.status_code for answer in answers.values()} != {404}:
                faults.append(f"{method} {route}: {answers}")
    assert not faults, "\n".join(faults)


def test_no_answer_tells_a_shop_of_the_orders_of_another(world):
    found = [
        f"{route} tells of {word}"
        for route, _path, answer in read_by(world, WITH_EVERYTHING)
        for word in FOREIGN_WORDS
        if word in answer.words
    ]
    assert not found


def test_reading_changes_nothing(world):
    faults: list[str] = []
    for name in (WITH_EVERYTHING, FOREIGN_SHOP, *SHUT_OUT):
        before = writes()
        for route, _path, _answer in read_by(world, name):
            if changed := written_between(before, after := writes()):
                faults.append(f"GET {route} with {name} writes to {changed}")
            before = after
    assert not faults, "\n".join(faults)


def test_a_colleague_who_is_signed_in_needs_a_key_too(world):
    answer = world.people["administrator"].get("/api/v1/customers/")

    assert answer.status_code == 401


def read_by(world: World, name: str) -> Iterator[tuple[str, str, Any]]:
    for route, one in ADDRESSES.items():
        if one.scopes.get("GET", OPEN) != OPEN:
            path = address(route, world.values(one.about, "own"))
            yield route, path, ask(world, name, "GET", path)


def ask(world: World, name: str, method: str, path: str) -> Any:
    """With the example that the contract itself gives. What it did is taken back."""
    headers = {"Idempotency-Key": f"key-{next(_numbers)}", "If-Match": '"an-earlier-one"'}
    if world.keys[name]:
        headers["Authorization"] = f"Bearer {world.keys[name]}"
    body = json.dumps(example(method, path)).encode() if method in ("POST", "PATCH", "PUT") else b""
    with transaction.atomic():
        answer = Client().generic(method, path, body, "application/json", headers=headers)
        answer.words = b"".join(answer).decode(errors="replace")
        transaction.set_rollback(True)
    return answer


def example(method: str, path: str) -> Any:
    view = getattr(resolve(path).func, "cls", None)
    operation = getattr(view, "operations", {}).get(method)
    return operation.example if operation else {}
