from django.db import models
from django.db.models import Q
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from crm.people.identity_kinds import IdentityKind


class Identity(models.Model):
    """One way by which a customer is recognised: an e-mail, a phone, a card, a messenger handle, a shop's own id.

    Two people may claim one unverified address; a verified one belongs to a single person.
    """

    class Evidence(models.TextChoices):
        """How we know, from weakest to strongest: only the last three prove that the person holds it."""

        TYPED = "typed", _("typed in")
        IMPORTED = "imported", _("imported")
        SHOP = "shop", _("said by the shop's system")
        MESSAGE = "message", _("a message came from it")
        CODE = "code", _("a code was confirmed")

    customer = models.ForeignKey(
        "crm.Customer",
        models.CASCADE,
        related_name="identities",
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind)
    namespace = models.CharField(
        max_length=50,
        blank=True,
        editable=False,
        help_text=_("The shop whose system counts so; empty elsewhere."),
    )
    value = models.CharField(
        _("value"),
        max_length=254,
        help_text=_("In its one normal form: E.164, lower case."),
    )
    original = models.CharField(_("as given"), max_length=254, blank=True)
    evidence = models.CharField(_("how we know"), max_length=10, choices=Evidence, default=Evidence.TYPED)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                "kind",
                "namespace",
                "value",
                condition=~Q(verified_at=None),
                name="verified_identity_belongs_to_one_customer",
            ),
            models.UniqueConstraint(
                "customer",
                "kind",
                "namespace",
                "value",
                name="identity_stands_once_per_customer",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="identity_has_a_value"),
        ]
        indexes = [
            models.Index(fields=["value", "kind"], name="identity_by_value"),
            models.Index(
                Right("value", 4),
                condition=Q(kind__in=[IdentityKind.PHONE, IdentityKind.CARD]),
                name="identity_by_last_four",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
