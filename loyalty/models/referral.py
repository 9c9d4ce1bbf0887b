from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReferralTerms(models.Model):
    """What a programme gives to whoever brings a friend, and to the friend."""

    programme = models.OneToOneField(
        "loyalty.Programme",
        models.PROTECT,
        related_name="referral_terms",
        verbose_name=_("programme"),
    )
    referrer_points = models.PositiveIntegerField(_("points for the member who recommends"))
    friend_points = models.PositiveIntegerField(_("points for the friend"))
    smallest_order = models.DecimalField(
        _("the friend's first order, at least"), max_digits=14, decimal_places=2, default=0
    )
    window_days = models.PositiveSmallIntegerField(
        _("return window, days"),
        null=True,
        blank=True,
        help_text=_("Both get their points when it is over. Empty: the programme's own."),
    )
    points_months = models.PositiveSmallIntegerField(
        _("the points live for, months"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    budget = models.ForeignKey(
        "loyalty.Budget",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("budget"),
        help_text=_("Of points. A referral that it has no room for waits."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("terms of referrals")
        verbose_name_plural = _("terms of referrals")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="referral_terms_end_after_they_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.programme)


class ReferralCode(models.Model):
    """By which a member recommends us. It stays the same, also when the member is merged into another."""

    member = models.OneToOneField(
        "loyalty.Member", models.PROTECT, related_name="referral_code", verbose_name=_("member")
    )
    code = models.CharField(pgettext_lazy("coupon", "code"), max_length=20, unique=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        default_permissions = ()
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")

    def __str__(self) -> str:
        return self.code


class Referral(models.Model):
    """A member brought a friend. Waits for the friend's first paid order, then for its return window, then pays both.

    Which of these it is follows from its moments: `order`, `due_at`, `paid_at`, `refused_at`.
    """

    class Reason(models.TextChoices):
        SAME_PERSON = "same_person", _("both are one person")
        SAME_PHONE = "same_phone", _("both have the same phone")
        SAME_EMAIL = "same_email", _("both have the same e-mail")
        SAME_CARD = "same_card", _("both have the same card")
        RETURNED = "returned", _("the first order was cancelled or returned")
        TOO_SMALL = "too_small", _("the first order was too small")
        LEFT = "left", _("one of them is no member any more")

    referrer = models.ForeignKey(
        "loyalty.Member", models.PROTECT, related_name="referrals", verbose_name=_("recommended by")
    )
    friend = models.OneToOneField(
        "loyalty.Member", models.PROTECT, related_name="referred", verbose_name=_("friend")
    )
    order = models.ForeignKey(
        "crm.Order",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("first order"),
    )
    referrer_points = models.PositiveIntegerField(_("points for the member who recommends"))
    friend_points = models.PositiveIntegerField(_("points for the friend"))
    referred_at = models.DateTimeField(_("recommended"))
    due_at = models.DateTimeField(_("return window ends"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid out"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(condition=~Q(referrer=F("friend")), name="nobody_refers_themselves"),
            models.CheckConstraint(
                condition=Q(refused_at=None, reason="") | (Q(refused_at__isnull=False) & ~Q(reason="")),
                name="refused_referral_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None) | Q(refused_at=None), name="referral_is_paid_or_refused"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(paid_at=None, refused_at=None), name="referrals_to_pay"
            ),
            models.Index(fields=["order"], condition=~Q(order=None), name="referrals_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.referrer} → {self.friend}"

    @property
    def state(self) -> str:
        if self.refused_at:
            return "refused"
        if self.paid_at:
            return "paid"
        return "in_return_window" if self.order_id else "waiting_for_first_order"
