from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class MacroQuerySet(models.QuerySet["Macro"]):
    def in_use(self, at: datetime) -> MacroQuerySet:
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at))


class Macro(Named):
    """An answer that is often given, and what is done with the ticket beside it. It shows both before it runs.

    `actions` are what `support.macro_actions` know, in their order: [{"kind": …, "settings": {…}}].
    """

    texts = models.JSONField(
        _("answer"), default=dict, blank=True, help_text=_("By the code of the language: en, ru, bg.")
    )
    actions = models.JSONField(_("actions"), default=list, blank=True)
    teams = models.ManyToManyField(
        "support.Team", blank=True, related_name="macros", verbose_name=_("teams"), help_text=_("Empty: all.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    ended_at = models.DateTimeField(_("no longer used from"), null=True, blank=True)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["position", "pk"]

    def text_in(self, language: str) -> str:
        """Else in English, else in whichever language there is."""
        found = [self.texts.get(language[:2]), self.texts.get("en"), *self.texts.values()]
        return next((text for text in found if text), "")
