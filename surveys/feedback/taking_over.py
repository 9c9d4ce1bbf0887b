"""A model decides about a theme in place of its words, once a person has seen the proof; and the words again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, QuerySet, When
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from surveys.feedback.learned import Learned
from surveys.models import Theme, ThemeModel


class ModelNotBetter(Refusal):
    code = "model-not-better"
    title = _("There is no model of this theme that is right more often than its words.")


@transaction.atomic
def let_model_decide(theme: Theme, *, by: User, at: datetime) -> ThemeModel:
    """For what comes in from now on. Again: nothing changes. Locks the model's row.

    Raises:
        ModelNotBetter: the words go on deciding.
    """
    its = ThemeModel.objects.select_for_update().filter(theme=theme).first()
    if its is None or not its.beats_the_words:
        raise ModelNotBetter
    if its.decides_since is None:
        its.decides_since, its.switched_on_by = at, by
        its.save(update_fields=["decides_since", "switched_on_by"])
    return its


@transaction.atomic
def let_words_decide(theme: Theme) -> None:
    """As before. The model stays, and is learned anew each night. May be repeated."""
    ThemeModel.objects.filter(theme=theme).update(decides_since=None, switched_on_by=None)


def with_models(themes: QuerySet[Theme]) -> QuerySet[Any]:
    """Each with `weights`: those of the model that decides about it, or None."""
    return themes.annotate(weights=Case(When(model__decides_since__isnull=False, then=F("model__weights"))))


def deciding(themes: Iterable[Any]) -> Mapping[str, Learned]:
    """Of themes that were read `with_models`, the models that decide, by the theme's short name."""
    return {one.slug: Learned.read(bytes(one.weights)) for one in themes if one.weights}
