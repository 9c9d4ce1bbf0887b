"""Somebody who was asked, and the pages on which they answer, as a browser plays them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.models import Customer
from surveys.answers import links
from surveys.models import Invitation, Survey, SurveyVersion
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.surveys import published

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

CHECKED = re.compile(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked')


def invitation(
    version: SurveyVersion | None = None,
    *,
    customer: Customer | None = None,
    at: datetime = NOON,
    **more: Any,
) -> Invitation:
    version = version or published()
    told = {
        "customer": customer or CustomerFactory(),
        "budget": version.survey.budget,
        "window": (at, at + timedelta(days=30)),
        "source": "test",
        "source_id": f"{version.pk}:{Invitation.objects.count()}",
        "asked_at": at,
        "expires_at": at + timedelta(days=14),
        "channel": "email",
    }
    return Invitation.objects.create(version=version, **{**told, **more})


def anonymous(slug: str = "anonymous") -> SurveyVersion:
    its = Survey.objects.create(
        slug=slug, names={"en": "Honestly"}, budget=Survey.Budget.RELATIONSHIP, is_anonymous=True
    )
    return published(its)


class Browser:
    """Opens a link, and presses the button of the page that it was shown last."""

    def __init__(self, client: Client | None = None) -> None:
        self.http = client or Client()
        self.path = ""
        self.fields: dict[str, list[str]] = {}

    def open(self, asked: Invitation | str, *, score: int | None = None) -> HttpResponse:
        token = asked if isinstance(asked, str) else links.token_of(asked)
        self.path = f"/s/{token}/"
        question = "" if score is None else f"?{links.SCORE}={score}"
        return self._shown(self.http.get(self.path + question))

    def press(self, **answers: Any) -> HttpResponse:
        """What was chosen, by the keys of questions, over what the page had chosen."""
        told = {f"q-{key}": value if isinstance(value, list) else [value] for key, value in answers.items()}
        return self._shown(self.http.post(self.path, {**self.fields, **told}))

    def _shown(self, response: HttpResponse) -> HttpResponse:
        if response.status_code in (200, 422):
            page = response.content.decode()
            self.fields = {}
            for name, value in [*HIDDEN.findall(page), *_chosen(page)]:
                self.fields.setdefault(name, []).append(value)
        return response


def _chosen(page: str) -> list[tuple[str, str]]:
    return CHECKED.findall(page)
