"""Migrating the quick way: classes that did not change are the same classes, and the database is the same database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from config import embedded, migration_states
from tests.conftest import TestDatabase, conninfo


@pytest.fixture
def state() -> Iterator[ProjectState]:
    """A shop, and an order that points to it."""
    state = ProjectState()
    state.add_model(model("Shop"))
    state.add_model(model("Order", shop=models.ForeignKey("zoo.Shop", models.CASCADE)))
    assert state.apps
    with migration_states.only_what_changes():
        yield state


def model(name: str, **fields: models.Field[Any, Any]) -> ModelState:
    return ModelState("zoo", name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


def classes(state: ProjectState) -> dict[str, Any]:
    return dict(state.apps.all_models["zoo"])


def test_a_new_model_joins_the_others_as_they_are(state):
    before = classes(state)

    state.add_model(model("Parcel", order=models.ForeignKey("zoo.Order", models.CASCADE)))

    after = classes(state)
    assert {name: after[name] for name in before} == before
    assert after["parcel"]._meta.get_field("order").related_model is before["order"]
    assert [each.related_model for each in before["order"]._meta.related_objects] == [after["parcel"]]


def test_a_field_added_later_makes_anew_whoever_is_related(state):
    state.add_model(model("Parcel", order=models.ForeignKey("zoo.Order", models.CASCADE)))

    state.add_field("zoo", "order", "number", models.TextField(), preserve_default=True)

    after = classes(state)
    assert after["parcel"]._meta.get_field("order").related_model is after["order"]
    assert after["order"]._meta.get_field("number")


def test_an_index_or_a_constraint_changes_the_class_there_is(state):
    before = classes(state)
    index = models.Index(fields=["shop"], name="by_shop")
    constraint = models.UniqueConstraint(fields=["shop"], name="one_each")

    state.add_index("zoo", "order", index)
    state.add_constraint("zoo", "order", constraint)

    its = before["order"]._meta
    assert (classes(state), its.indexes, its.constraints) == (before, [index], [constraint])

    state.remove_index("zoo", "order", "by_shop")
    state.remove_constraint("zoo", "order", "one_each")

    assert (its.indexes, its.constraints) == ([], [])


def test_a_copy_makes_its_classes_anew_rather_than_share_a_relation(state):
    before = classes(state)
    copy = state.clone()

    copy.add_model(model("Parcel", order=models.ForeignKey("zoo.Order", models.CASCADE)))

    assert classes(copy)["order"] is not before["order"]
    assert classes(state) == before
    assert not before["order"]._meta.related_objects


def test_afterwards_django_does_as_ever(state):
    with migration_states.only_what_changes():
        quick = ProjectState.reload_model

    assert ProjectState.reload_model is not quick


@pytest.mark.nightly
def test_both_ways_make_the_same_database(django_db_setup, django_db_blocker):
    def made(name: str) -> str:
        with psycopg.connect(conninfo(), autocommit=True) as server, django_db_blocker.unblock():
            database = TestDatabase(server, template=name)
            database.build_template()
            try:
                return schema_of(name)
            finally:
                database.drop_template()

    quickly = made("veren_made_quickly")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration_states, "only_what_changes", nullcontext)
        assert made("veren_made_by_django") == quickly


def schema_of(name: str) -> str:
    dump = [embedded.program("pg_dump"), "--schema-only", "--restrict-key=same", conninfo(dbname=name)]
    return subprocess.run(dump, check=True, capture_output=True, text=True).stdout
