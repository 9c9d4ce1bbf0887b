"""A model takes a theme over from its words only with a proof, by a person's word, and gives it back."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from scipy.sparse import csr_matrix

from surveys.feedback import correcting, learning, ruling, taking_over
from surveys.feedback.learned import BUCKETS, Learned, signs_of
from surveys.feedback.taking_over import ModelNotBetter
from surveys.models import Feedback, FeedbackLabel, Theme, ThemeModel
from tests.factories import feedback
from tests.factories.shops import NOON, UserFactory

database = pytest.mark.django_db
TONIGHT = NOON + timedelta(hours=16)
# What the ready words of no theme know.
ODD = ("zzoomil", "zzoomilka", "zzoomily")
PLAIN = ("qwexal", "qwexalik", "qwexaly")


def judged(theme: Theme, words: tuple[str, ...], count: int, by: Any) -> None:
    """So many texts, each its own, that a colleague has called by the theme."""
    texts = [f"{words[number % len(words)]} {number} {words[-1]} n{number * 7}" for number in range(count)]
    common = {"source": "review", "language": "en", "occurred_at": NOON, "recorded_at": NOON, "due_at": NOON}
    made = Feedback.objects.bulk_create(
        Feedback(
            source_id=f"{theme.slug}-{text}", text=text, theme=theme, department=theme.department, **common
        )
        for text in texts
    )
    FeedbackLabel.objects.bulk_create(
        FeedbackLabel(feedback=its, theme=theme, was=None, by=by, at=NOON) for its in made
    )


def taught(by: Any, *, labels: int = 200, of_theme: int = 60) -> dict[str, Theme]:
    themes = feedback.ready()
    judged(themes["quality"], ODD, of_theme, by)
    judged(themes["delivery"], PLAIN, labels - of_theme, by)
    return themes


# ── The formulas ─────────────────────────────────────────────────────────────
def test_f1_is_as_it_is_defined():
    assert learning.f1(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])) == 0.5
    assert learning.f1(np.array([1, 1, 0.0]), np.array([1, 1, 0.0])) == 1.0
    assert learning.f1(np.array([1.0, 0.0]), np.array([0.0, 0.0])) == 0.0


def test_a_fit_is_where_its_slope_is_nought():
    """Against finite differences: no step in any direction lowers the loss."""
    rng = np.random.default_rng(7)
    signs = csr_matrix(rng.normal(size=(60, 4)))
    is_it = (signs.toarray()[:, 0] + rng.normal(size=60) > 0.3).astype(float)
    found = learning.fit(signs, is_it)

    def loss(weights):
        told = signs @ weights
        many = is_it.sum()
        balance = np.where(is_it > 0, 60 / (2 * many), 60 / (2 * (60 - many)))
        costs = balance * (np.logaddexp(0, told) - is_it * told)
        return costs.sum() + 0.5 * learning.PENALTY * weights @ weights

    for direction in np.eye(4):
        assert loss(found + 0.01 * direction) > loss(found) < loss(found - 0.01 * direction)


def test_signs_are_of_one_length_and_the_same_each_time():
    signs = signs_of("Курьер опоздал, и курьер не позвонил")

    assert abs(sum(size * size for size in signs.values()) - 1) < 1e-9
    assert signs == signs_of("курьер ОПОЗДАЛ и курьер не позвонил")
    assert all(0 <= bucket < BUCKETS for bucket in signs)
    assert signs_of("") == {}


def test_the_web_does_not_load_what_learns():
    told = (
        "import django, sys; django.setup(); from django.urls import get_resolver;"
        "get_resolver().url_patterns; assert 'surveys.feedback.learning' not in sys.modules"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    assert subprocess.run([sys.executable, "-c", told], env=env, check=False).returncode == 0


# ── Learning ─────────────────────────────────────────────────────────────────
@database
def test_from_few_labels_nothing_is_learned():
    taught(UserFactory(), labels=199)

    assert learning.train(at=TONIGHT) == 0
    assert not ThemeModel.objects.exists()


@database
def test_a_theme_of_which_few_were_judged_is_not_learned():
    taught(UserFactory(), labels=205, of_theme=29)

    assert learning.train(at=TONIGHT) == 1
    assert ThemeModel.objects.get().theme.slug == "delivery"


@database
def test_a_model_decides_only_when_it_beats_the_words_and_somebody_says_so():
    anna = UserFactory()
    themes = taught(anna)
    learning.train(at=TONIGHT)
    its = ThemeModel.objects.get(theme=themes["quality"])
    assert (its.labels, its.positives) == (200, 60)
    assert its.f1 > 0.9 > its.f1_of_words == 0
    new = "zzoomil again and zzoomilka"
    assert feedback.said(new).theme is None

    taking_over.let_model_decide(themes["quality"], by=anna, at=TONIGHT)

    known = feedback.said(new)
    assert (known.theme, known.routed_by) == (themes["quality"], Feedback.RoutedBy.MODEL)
    late = feedback.said("The courier was late")
    assert (late.theme.slug, late.routed_by) == ("delivery", Feedback.RoutedBy.RULE)
    taking_over.let_words_decide(themes["quality"])
    assert feedback.said(new).theme is None


@database
def test_a_model_that_no_longer_beats_the_words_stops_deciding():
    anna = UserFactory()
    themes = taught(anna)
    learning.train(at=TONIGHT)
    taking_over.let_model_decide(themes["quality"], by=anna, at=TONIGHT)
    assert learning.train(at=TONIGHT) == 2
    assert ThemeModel.objects.get(theme=themes["quality"]).decides_since == TONIGHT

    lines = ["zzoomil"]
    rule = themes["quality"].rules.get(language="en", ended_at=None)
    ruling.rewrite(themes["quality"], language="en", lines=lines, seen=rule.pk, by=anna, at=TONIGHT)
    learning.train(at=TONIGHT)

    its = ThemeModel.objects.get(theme=themes["quality"])
    assert (its.f1_of_words, its.decides_since, its.switched_on_by) == (1.0, None, None)
    with pytest.raises(ModelNotBetter):
        taking_over.let_model_decide(themes["quality"], by=anna, at=TONIGHT)


@database
def test_the_database_lets_no_worse_model_decide():
    its = ThemeModel(
        theme=feedback.ready()["quality"], weights=b"", labels=200, positives=30, trained_at=NOON
    )
    its.f1, its.f1_of_words, its.decides_since, its.switched_on_by = 0.5, 0.5, NOON, UserFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        its.save()


@database
def test_what_one_person_wrote_leaves_no_trace_in_the_model():
    anna = UserFactory()
    themes = taught(anna)
    for _twice in range(2):
        its = feedback.said("vyxgorthenburgskaya")
        correcting.call_it(its, theme=themes["quality"], by=anna, at=NOON)
    learning.train(at=TONIGHT)

    weights = Learned.read(bytes(ThemeModel.objects.get(theme=themes["quality"]).weights)).weights
    others = Feedback.objects.exclude(text="vyxgorthenburgskaya").values_list("text", flat=True)
    common = {bucket for text in others for bucket in signs_of(text)}
    own = [bucket for bucket in signs_of("vyxgorthenburgskaya") if bucket not in common]
    assert own and not any(weights[bucket] for bucket in own)
    assert len(weights) == BUCKETS


# ── The page ─────────────────────────────────────────────────────────────────
@database
def test_the_page_of_words_shows_the_proof_and_a_way_back(client):
    manager = UserFactory(language="en")
    manager.groups.add(Group.objects.get(name="manager"))
    client.force_login(manager)
    themes = taught(manager)
    learning.train(at=TONIGHT)
    page = reverse("feedback:rules")

    assert "Let the model decide" in client.get(page).content.decode()
    deed = reverse("feedback:model", args=["quality"])
    said = client.post(deed, {"who": "model"}, follow=True).content.decode()
    assert "the model decides" in said and "Let the words decide again" in said
    assert ThemeModel.objects.get(theme=themes["quality"]).switched_on_by == manager
    client.post(deed, {"who": "words"})
    assert ThemeModel.objects.get(theme=themes["quality"]).decides_since is None
    refused = client.post(reverse("feedback:model", args=["prices"]), {"who": "model"}, follow=True)
    assert "no model of this theme" in refused.content.decode()
