"""What the texts of several notices may speak of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Variable

SURVEY: Mapping[str, Variable] = {
    "survey.title": Variable(
        label=_("title of the survey"),
        samples={"ru": "Как прошла доставка?", "bg": "Как мина доставката?", "": "How was the delivery?"},
    ),
    "survey.question": Variable(
        label=_("its first question"),
        samples={
            "ru": "Насколько вы довольны доставкой?\n1 — совсем не понравилось, 5 — очень понравилось",
            "bg": "Доколко сте доволни от доставката?\n1 — никак не ми хареса, 5 — много ми хареса",
            "": "How satisfied are you with the delivery?\n1 — very dissatisfied, 5 — very satisfied",
        },
    ),
    "survey.link": Variable(
        label=_("link to the survey"), samples={"": "https://crm.example.com/s/i1f.Qb7c9k2mXw/"}
    ),
}
