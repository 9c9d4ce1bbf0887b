from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys.models.invitation import Invitation
from surveys.models.survey import SurveyVersion


class Response(models.Model):
    """What one person answered, as they confirmed it last.

    Of an anonymous survey there is neither a person nor an invitation, and `answered_at` is the beginning of its day.
    """

    version = models.ForeignKey(SurveyVersion, models.PROTECT, db_index=False, related_name="responses")
    invitation = models.OneToOneField(
        Invitation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="response",
        verbose_name=_("invitation"),
    )
    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    shop = models.ForeignKey("crm.Shop", models.SET_NULL, null=True, blank=True, related_name="+")
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    agent_id = models.BigIntegerField(
        null=True, blank=True, help_text="The colleague whose work it is about, where it is about a ticket."
    )
    tier = models.CharField(max_length=50, blank=True, help_text="The member's, when they answered.")
    language = models.CharField(_("language"), max_length=5)
    channel = models.CharField(_("channel"), max_length=20)
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=200)
    answered_at = models.DateTimeField(_("answered"))
    recorded_at = models.DateTimeField(null=True, help_text="Empty where it would tell who it was.")
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was told to the timeline: not while a machine may still show.",
    )
    votes = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Scores confirmed since then, and when."
    )
    before = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="The answers that were told, while a change of them settles.",
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [models.UniqueConstraint("source", "source_id", name="answered_once")]
        indexes = [
            models.Index("version", "answered_at", name="responses_of_a_version"),
            models.Index(
                "customer",
                F("answered_at").desc(),
                condition=Q(customer__isnull=False),
                name="responses_of_one",
            ),
            models.Index("answered_at", condition=Q(settled_at=None), name="responses_to_settle"),
            models.Index("about_type", "about_id", condition=~Q(about_id=None), name="responses_about"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Answer(models.Model):
    """One answer, with the scale, the wording and the language in which it was asked.

    `value` lies between `scale_low` and `scale_high`; `direction` is −1 where a low number is the good one. By what
    figures are narrowed is the response's: triggers of the database keep it so, see surveys/sql/answers.sql.
    """

    response = models.ForeignKey(Response, models.CASCADE, db_index=False, related_name="answers")
    question = models.SlugField()
    kind = models.CharField(max_length=12)
    aspect = models.SlugField(blank=True)
    value = models.SmallIntegerField(null=True, blank=True)
    scale_low = models.SmallIntegerField(null=True, blank=True)
    scale_high = models.SmallIntegerField(null=True, blank=True)
    direction = models.SmallIntegerField(default=1)
    choices = models.JSONField(default=list, blank=True)
    text = models.TextField(blank=True)
    wording = models.CharField(max_length=300)
    language = models.CharField(max_length=5)
    # The response's, again, for figures read this table alone. All but the first are filled in by the database.
    answered_at = models.DateTimeField()
    version = models.ForeignKey(
        SurveyVersion, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    customer = models.ForeignKey(
        "crm.Customer", models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    shop = models.ForeignKey(
        "crm.Shop", models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    channel = models.CharField(max_length=20, default="", db_default="")
    tier = models.CharField(max_length=50, default="", db_default="")
    agent_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint("response", "question", name="question_answered_once"),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=F("scale_low"), value__lte=F("scale_high")),
                name="answer_lies_on_its_scale",
            ),
            models.CheckConstraint(condition=Q(direction__in=[1, -1]), name="answer_has_a_direction"),
        ]
        indexes = [
            models.Index("kind", "answered_at", name="answers_of_a_kind"),
            # Figures read this and no row.
            models.Index(
                fields=["kind", "answered_at"],
                include=[
                    *("value", "direction", "aspect", "version", "customer", "shop", "channel", "tier"),
                    *("agent_id", "language"),
                ],
                condition=Q(value__isnull=False),
                name="scores_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.question


class Recovery(models.Model):
    """The way back after an unhappy answer: a ticket, somebody's call, what was wrong, what was done, how it is now.

    One ticket may be about several answers of a person.
    """

    response = models.OneToOneField(Response, models.PROTECT, related_name="recovery")
    ticket_id = models.BigIntegerField(db_index=True)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("contact until"))
    contacted_at = models.DateTimeField(_("contacted"), null=True, blank=True)
    cause = models.CharField(_("cause"), max_length=300, blank=True)
    action = models.CharField(_("what was done"), max_length=300, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    again_at = models.DateTimeField(
        null=True, blank=True, help_text="When they were asked again, or it was seen that they cannot be."
    )
    asked_again = models.ForeignKey(
        Invitation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked again")
    )
    is_recovered = models.BooleanField(_("recovered"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        indexes = [
            models.Index("due_at", condition=Q(contacted_at=None), name="recoveries_to_contact"),
            models.Index("resolved_at", condition=Q(again_at=None), name="recoveries_to_ask_again"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="recoveries_newest_first"),
        ]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
