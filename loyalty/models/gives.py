from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from loyalty import rewards


class Gives(models.Model):
    """Something that gives what a kind of reward gives (`loyalty.rewards`), with its settings."""

    kind = models.CharField(_("kind"), max_length=20, choices=rewards.choices)
    settings = models.JSONField(_("what it gives"), default=dict)

    class Meta:
        abstract = True

    @cached_property
    def gives(self) -> rewards.Given[Any]:
        return rewards.given(self.kind, self.settings)


class Named(models.Model):
    """Called in each language by a name of its own."""

    names = models.JSONField(
        pgettext_lazy("of a thing", "name"),
        default=dict,
        help_text=_("By the code of the language: en, ru, bg. One is enough."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_in(get_language() or "")

    def name_in(self, language: str) -> str:
        """Else in English, else in whichever language there is."""
        found = [self.names.get(language[:2]), self.names.get("en"), *self.names.values()]
        return next((name for name in found if name), "")

    def clean(self) -> None:
        super().clean()
        if not any(self.names.values()):
            raise ValidationError(_("Give it a name in at least one language."))
