"""Migrations make anew only the classes they change: an empty database is migrated in less than half the time.

Django keeps model classes as they were at each step of each migration. When one changes, it makes anew every
class related to it, which in this project is nearly every class: nine tenths of a first `migrate` went there. It
is needed when the fields of a class change, and for neither of these:

- a new model: nobody pointed to it before, and those it points to learn of it as they do in a `models.py`;
- an index or a constraint: words in the options of its own model, of which no other class knows.

Only classes in memory are concerned: what is run against the database is Django's own, in its order. A nightly
test migrates both ways and compares the databases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

RELOAD = "reload_model"
CHANGES_OF_OPTIONS = ("_append_option", "_remove_option", "_alter_option")


@contextmanager
def only_what_changes() -> Iterator[None]:
    """While it is entered, the states of migrations are kept the quick way: in the whole process, so by one thread."""
    django_s = {name: getattr(ProjectState, name) for name in (RELOAD, *CHANGES_OF_OPTIONS)}
    setattr(ProjectState, RELOAD, _new_ones_alone(django_s[RELOAD]))
    for name in CHANGES_OF_OPTIONS:
        setattr(ProjectState, name, _in_its_place(django_s[name]))
    try:
        yield
    finally:
        for name, method in django_s.items():
            setattr(ProjectState, name, method)


def _new_ones_alone(reload_model: Callable[..., None]) -> Callable[..., None]:
    def reload(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
        if not delay and "apps" in state.__dict__ and _may_join(state.apps, app_label, model_name):
            state.apps.render_multiple([state.models[app_label, model_name]])
        else:
            reload_model(state, app_label, model_name, delay)

    return reload


def _may_join(apps: Any, app_label: str, model_name: str) -> bool:
    """It is new, and every class is this state's own.

    The copy of a state shares its classes, and these look for who points to them where they were made.
    """
    models = [model for of_app in apps.all_models.values() for model in of_app.values()]
    return model_name not in apps.all_models[app_label] and all(model._meta.apps is apps for model in models)


def _in_its_place(change: Callable[..., None]) -> Callable[..., None]:
    """Indexes or constraints are changed in the class there is. (Without `apps` a state makes no classes anew.)"""

    def changed(state: Any, app_label: str, model_name: str, option: str, *what: Any) -> None:
        apps = state.__dict__.pop("apps", None)
        change(state, app_label, model_name, option, *what)
        if apps is not None:
            state.__dict__["apps"] = apps
            its = apps.get_model(app_label, model_name)._meta
            setattr(its, option, list(state.models[app_label, model_name].options[option]))

    return changed
