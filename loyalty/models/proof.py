from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Proof(models.Model):
    """The ledger was looked through, whole or what changed since an earlier proof; and what was found wrong.

    A clean one is a checkpoint: the next may begin at its `began_at`.
    """

    append_only = True

    began_at = models.DateTimeField(_("began"))
    since = models.DateTimeField(_("what changed since"), null=True, blank=True)
    wallets_count = models.BigIntegerField(_("wallets"))
    violations_count = models.BigIntegerField(_("violations"))
    broken = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("broken invariants"))
    seconds = models.FloatField(_("seconds"))

    class Meta:
        verbose_name = _("proof of the ledger")
        verbose_name_plural = _("proofs of the ledger")
        indexes = [models.Index(fields=["-began_at"], name="proofs_latest_first")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}: {self.violations_count}"
