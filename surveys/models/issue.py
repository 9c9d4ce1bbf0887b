from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class Department(Named):
    """Who can change something: each has an owner, and a time within which feedback is looked at."""

    slug = models.SlugField(_("short name"), unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    answer_within_hours = models.PositiveSmallIntegerField(_("looks at feedback within, hours"), default=72)
    takes_the_rest = models.BooleanField(_("gets what fits no theme"), default=False)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "takes_the_rest", condition=Q(takes_the_rest=True), name="one_department_takes_the_rest"
            ),
        ]


class Issue(models.Model):
    """What feedback is gathered under, and what is done about it. It closes with a measured effect or a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        PLANNED = "planned", _("planned")
        ACTING = "acting", _("being changed")
        CLOSED = "closed", _("closed")

    title = models.CharField(_("title"), max_length=200)
    what = models.TextField(_("what people say"), blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="issues", verbose_name=_("department")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    due_on = models.DateField(_("until"), null=True, blank=True)
    figure = models.JSONField(
        default=dict,
        blank=True,
        help_text="What is measured: a figure of surveys.reporting, and what it is narrowed to.",
    )
    target = models.DecimalField(_("target"), max_digits=8, decimal_places=2, null=True, blank=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    done = models.JSONField(
        _("what was changed"),
        default=dict,
        blank=True,
        help_text=_("For the customers, by the code of the language."),
    )
    shop = models.ForeignKey(
        "crm.Shop",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shop"),
        help_text=_("Empty: the whole company's."),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: a system of the shop.",
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closing_reason = models.CharField(_("why without an effect"), max_length=300, blank=True)
    told_at = models.DateTimeField(_("customers told"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-pk"]
        permissions = [("tell_people", _("Can tell customers what was changed"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (Q(closed_at__isnull=False) & (Q(after__isnull=False) | ~Q(closing_reason=""))),
                name="issue_closes_with_an_effect_or_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanStep(models.Model):
    """Something that is done about an issue: who, until when."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="plan", verbose_name=_("issue"))
    what = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    due_on = models.DateField(_("until"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of plans")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.what


class IssueTold(models.Model):
    """Somebody whose words were gathered heard what was changed, or could not; once for each issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="told")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    message = models.ForeignKey("crm.Message", models.SET_NULL, null=True, db_index=False, related_name="+")
    why_not = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("customer told of an issue")
        verbose_name_plural = _("customers told of issues")
        constraints = [models.UniqueConstraint("issue", "customer", name="told_of_an_issue_once")]

    def __str__(self) -> str:
        return f"{self.issue_id}"
