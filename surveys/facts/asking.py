from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Fact):
    """The subject is the invitation."""

    kind = "surveys.person_invited"
    called = _("Somebody was asked to answer a survey")
    group = Group.SURVEYS
    icon = "survey"
    sentence = _("Asked: “{survey_name}”")

    survey_slug: str
    survey_name: str
