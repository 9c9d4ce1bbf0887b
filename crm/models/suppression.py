from django.db import models
from django.utils.translation import gettext_lazy as _


class Suppression(models.Model):
    """An e-mail, phone, card, handle or number of somebody who was erased: only its keyed digest (HMAC-SHA-256).

    It keeps an old list or a shop's system from bringing the person back unasked. See crm.suppression.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("suppressed identity")
        verbose_name_plural = _("suppressed identities")

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]
