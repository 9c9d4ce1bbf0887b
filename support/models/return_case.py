from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ReturnPolicy(models.Model):
    """How goods can be returned, as customers read it. A version that was published is never changed: cases cite it."""

    number = models.PositiveIntegerField(_("version"), unique=True, editable=False)
    days = models.PositiveSmallIntegerField(
        _("days"), default=14, help_text=_("After delivery, or after the purchase in a shop.")
    )
    texts = models.JSONField(
        _("text"),
        default=dict,
        help_text=_("By the code of the language: en, ru, bg. Empty lines divide paragraphs."),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("return policy")
        verbose_name_plural = _("return policies")
        ordering = ["-number"]
        permissions = [("publish_returnpolicy", _("Can publish a return policy"))]

    def __str__(self) -> str:
        return f"№ {self.number}"

    @property
    def text(self) -> str:
        """In the reader's language, else in whichever there is."""
        found = [self.texts.get((get_language() or "")[:2]), self.texts.get("en"), *self.texts.values()]
        return next((text for text in found if text), "")


class ReturnCaseQuerySet(models.QuerySet["ReturnCase"]):
    def under_way(self) -> ReturnCaseQuerySet:
        return self.filter(state__in=ReturnCase.UNDER_WAY)


class ReturnCase(models.Model):
    """Goods on their way back, from the wish to the money. Changed by `support.answering.return_cases` alone.

    The goods count as returned (`goods_return`, and points with it) when they are here; the money has its own moment.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        APPROVED = "approved", _("agreed")
        RECEIVED = "received", _("goods are here")
        REFUNDED = "refunded", _("money is back")
        REFUSED = "refused", _("not accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Why(models.TextChoices):
        DAMAGED = "damaged", _("It arrived damaged")
        WRONG = "wrong", _("It is not what was ordered")
        FAULTY = "faulty", _("It does not work as it should")
        NOT_AS_SHOWN = "not_as_shown", _("It differs from what was shown")
        CHANGED_MIND = "changed_mind", _("It does not suit after all")
        OTHER = "other", _("Something else")

    UNDER_WAY = (State.REQUESTED, State.APPROVED, State.RECEIVED)

    order = models.ForeignKey(
        "crm.Order", models.PROTECT, related_name="return_cases", verbose_name=_("order")
    )
    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, related_name="return_cases", verbose_name=_("customer")
    )
    ticket = models.ForeignKey(
        "support.Ticket",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="return_cases",
        verbose_name=_("ticket"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.REQUESTED)
    why = models.CharField(_("reason"), max_length=12, choices=Why)
    comment = models.CharField(_("what happened"), max_length=500, blank=True)
    policy = models.ForeignKey(
        ReturnPolicy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("policy")
    )
    goods_return = models.OneToOneField(
        "crm.Return",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case",
        verbose_name=_("return"),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opened by"),
        help_text=_("Empty: the customer."),
    )
    requested_at = models.DateTimeField(_("asked for"))
    approved_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    received_at = models.DateTimeField(_("goods are here since"), null=True, blank=True)
    refunded_at = models.DateTimeField(_("money is back since"), null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was refused, or withdrawn by whoever asked."
    )
    answer = models.CharField(_("why not"), max_length=500, blank=True)
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=160)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ReturnCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("return case")
        verbose_name_plural = _("return cases")
        permissions = [("decide_returncase", _("Can agree to returns and refuse them"))]
        constraints = [
            models.UniqueConstraint("source", "source_id", name="return_case_opened_once"),
        ]
        indexes = [
            models.Index(
                F("requested_at").desc(),
                F("id").desc(),
                condition=Q(state__in=["requested", "approved", "received"]),
                name="return_case_under_way",
            ),
            models.Index(F("requested_at").desc(), F("id").desc(), name="return_cases_newest_first"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def why_said(self) -> str | Promise:
        return self.get_why_display()

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class ReturnCaseLine(models.Model):
    """How much of what was bought is to come back."""

    case = models.ForeignKey(ReturnCase, models.CASCADE, related_name="lines", verbose_name=_("return case"))
    order_line = models.ForeignKey(
        "crm.OrderLine", models.PROTECT, related_name="+", verbose_name=_("bought as")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("line of a return case")
        verbose_name_plural = _("lines of return cases")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("case", "order_line", name="line_stands_once_in_a_case"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="case_quantity_positive"),
        ]

    def __str__(self) -> str:
        return str(self.order_line)
