from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
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
