from __future__ import annotations

from django.db import models
from django.db.models import Q


class OneTimeCode(models.Model):
    """A code on its way to somebody who says that an address is theirs. Written by `crm.secrets.one_time_codes` alone.

    Nothing of it can be read back: the address, the code and the browser that asked stand as keyed digests.
    """

    address_digest = models.BinaryField()
    browser_digest = models.BinaryField()
    code_digest = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=5), name="code_is_tried_five_times"),
        ]
        indexes = [
            models.Index(fields=["address_digest", "made_at"], name="codes_of_an_address"),
            models.Index(fields=["made_at"], name="codes_by_age"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
