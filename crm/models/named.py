from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


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
