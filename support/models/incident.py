from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Message, Named
from crm.models.long_work import LongWork, LongWorkQuerySet
from crm.rules.fields import ConditionField, always


class IncidentQuerySet(models.QuerySet["Incident"]):
    def going_on(self) -> Self:
        """People were told of it, or tickets belong to it, and it is not over."""
        return self.filter(state=Incident.State.ANNOUNCED)

    def public(self) -> Self:
        return self.filter(shown_at__isnull=False).exclude(state=Incident.State.DRAFT)


class Incident(Named):
    """Something went wrong for many at once: who is affected, what they are told, and how it ended."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ANNOUNCED = "announced", _("going on")
        RESOLVED = "resolved", _("resolved")

    summary = models.TextField(
        _("what happened, for colleagues"),
        blank=True,
        help_text=_("Colleagues see it in every linked ticket."),
    )
    script = models.ForeignKey(
        "support.Script",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("script"),
        help_text=_("What colleagues say meanwhile."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    shop = models.ForeignKey(
        "crm.Shop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shop"),
        help_text=_("Only its orders are affected. Empty: those of every shop."),
    )
    affected = ConditionField(
        _("affected orders"),
        root="order",
        default=always,
        help_text=_("Whoever has such an order is affected. Cancelled orders never count."),
    )
    links = ConditionField(
        _("tickets that belong to it"),
        root="ticket",
        null=True,
        blank=True,
        help_text=_("Linked by themselves as they come. Empty: by the words alone."),
    )
    link_words = models.JSONField(
        _("words of such tickets"),
        default=list,
        blank=True,
        help_text=_("Beginnings of words are enough, in every language."),
    )
    public_words = models.JSONField(
        default=dict, blank=True, help_text="For the status page: language → title and text."
    )
    began_at = models.DateTimeField(_("began"))
    shown_at = models.DateTimeField(
        _("on the status page since"), null=True, blank=True, help_text="Empty: it is not there."
    )
    created_at = models.DateTimeField(_("drafted"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("drafted by"),
    )
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("announced by"),
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-began_at", "-pk"]
        permissions = [("announce_incident", _("Can announce incidents and resolve them"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", announced_at=None, resolved_at=None)
                | Q(state="announced", announced_at__isnull=False, resolved_at=None)
                | Q(state="resolved", announced_at__isnull=False, resolved_at__isnull=False),
                name="incident_state_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(F("began_at").desc(), F("id").desc(), name="incidents_newest_first"),
            models.Index("id", condition=Q(state="announced"), name="incidents_going_on"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_going_on(self) -> bool:
        return self.state == self.State.ANNOUNCED

    def public_in(self, language: str) -> dict[str, str]:
        """What the status page says: in this language, else in English, else in whichever there is."""
        words = [
            self.public_words.get(language[:2]),
            self.public_words.get("en"),
            *self.public_words.values(),
        ]
        return next((told for told in words if told and told.get("title")), {"title": "", "text": ""})


class IncidentNoticeQuerySet(LongWorkQuerySet["IncidentNotice"]):
    def at_work(self) -> Self:
        return self.filter(state__in=IncidentNotice.AT_WORK)


class IncidentNotice(LongWork):
    """What is told to many, once: to whom was settled when it was let out, each in a transaction of their own.

    The first word goes to the affected who heard of nothing yet, another one to those who heard and still are
    affected, the last one to all who heard.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("the first word")
        AGAIN = "again", _("once more")
        RESOLVED = "resolved", _("it is over")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        FINDING = "finding", _("looking for who is affected")
        TELLING = "telling", _("telling them")
        DONE = "done", _("everybody was told")
        CANCELLED = "cancelled", _("stopped")

    AT_WORK = (State.FINDING, State.TELLING)

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices", verbose_name=_("incident"))
    kind = models.CharField(_("what it is"), max_length=8, choices=Kind, default=Kind.FIRST)
    purpose = models.CharField(
        _("purpose"),
        max_length=11,
        choices=Message.Purpose,
        default=Message.Purpose.SERVICE,
        help_text=_("What speaks of an order is service. Anything more needs a consent to advertising."),
    )
    texts = models.JSONField(default=dict, help_text="Language → subject, long, short.")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    foreseen_people = models.PositiveIntegerField(
        null=True, help_text="How many were affected when somebody looked last before it was let out."
    )
    people_total = models.PositiveIntegerField(default=0)
    let_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    let_out_at = models.DateTimeField(_("let out"), null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of an incident")
        verbose_name_plural = _("notices of incidents")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "incident", condition=Q(state="draft"), name="one_notice_of_an_incident_is_being_written"
            ),
            models.UniqueConstraint(
                "incident",
                condition=Q(state__in=["finding", "telling"]),
                name="one_notice_of_an_incident_goes_out_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(let_out_at__isnull=False), name="incident_notice_let_out_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class AffectedPerson(models.Model):
    """Somebody with an order that the incident touches. `order` is their latest such order."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False, related_name="people")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    order = models.ForeignKey("crm.Order", models.PROTECT, null=True, db_index=False, related_name="+")
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when nothing of theirs is affected."
    )

    class Meta:
        verbose_name = _("affected person")
        verbose_name_plural = _("affected people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("incident", "customer", name="person_affected_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}:{self.customer_id}"


class IncidentTelling(models.Model):
    """One person is to be told by one notice, once: here stands the message, or why there is none.

    `ticket`: the conversation in which they are answered.
    """

    notice = models.ForeignKey(IncidentNotice, models.CASCADE, db_index=False, related_name="tellings")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    order = models.ForeignKey("crm.Order", models.PROTECT, null=True, db_index=False, related_name="+")
    ticket = models.ForeignKey("support.Ticket", models.PROTECT, null=True, db_index=False, related_name="+")
    message = models.ForeignKey("crm.Message", models.PROTECT, null=True, related_name="+")
    why_not = models.CharField(max_length=20, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("notice", "customer", name="person_told_once_by_a_notice"),
            models.CheckConstraint(
                condition=Q(told_at=None, message=None, why_not="") | Q(told_at__isnull=False),
                name="telling_ends_at_a_moment",
            ),
        ]
        indexes = [
            models.Index("notice", "id", condition=Q(told_at=None), name="tellings_still_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}:{self.customer_id}"


class IncidentTicketQuerySet(models.QuerySet["IncidentTicket"]):
    def standing(self) -> Self:
        return self.filter(unlinked_at=None)


class IncidentTicket(models.Model):
    """A ticket about an incident: linked by its rule as it came, or by a colleague."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False, related_name="linked")
    ticket = models.ForeignKey("support.Ticket", models.CASCADE, related_name="incident_links")
    linked_at = models.DateTimeField(_("linked"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: by the incident's rule.",
    )
    unlinked_at = models.DateTimeField(null=True, blank=True)
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = IncidentTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket of an incident")
        verbose_name_plural = _("tickets of incidents")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("incident", "ticket", name="ticket_linked_to_an_incident_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: № {self.ticket_id}"


class IncidentGoodwillQuerySet(LongWorkQuerySet["IncidentGoodwill"]):
    def at_work(self) -> Self:
        return self.filter(state=IncidentGoodwill.State.GIVING)


class IncidentGoodwill(LongWork):
    """Points for everybody whom an incident hurt: so many each, within a budget, above a limit with a second person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a second person")
        GIVING = "giving", _("being given")
        DONE = "done", _("given")
        REFUSED = "refused", _("refused")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="goodwill")
    points = models.PositiveIntegerField(_("points for each"))
    price_amount = models.DecimalField(
        max_digits=14, decimal_places=2, help_text="What the points for one are worth, when it was asked for."
    )
    budget_amount = models.DecimalField(_("budget"), max_digits=14, decimal_places=2)
    used_amount = models.DecimalField(_("used"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    people_total = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=7, choices=State)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentGoodwillQuerySet.as_manager()

    class Meta:
        verbose_name = _("goodwill of an incident")
        verbose_name_plural = _("goodwill of incidents")
        default_permissions = ()
        permissions = [("decide_incidentgoodwill", _("Can approve goodwill for everybody affected"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0, used_amount__gte=0, used_amount__lte=F("budget_amount")),
                name="incident_goodwill_within_its_budget",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="incident_goodwill_decided_by_another_person",
            ),
            models.UniqueConstraint(
                "incident", condition=~Q(state="refused"), name="goodwill_of_an_incident_agreed_to_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points}"

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.GIVING


class IncidentGift(models.Model):
    """The points of one person; `why_not` where they could not be given."""

    goodwill = models.ForeignKey(IncidentGoodwill, models.CASCADE, db_index=False, related_name="gifts")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    why_not = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("goodwill of one person")
        verbose_name_plural = _("goodwill of people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("goodwill", "customer", name="goodwill_of_an_incident_given_once"),
        ]
        indexes = [
            models.Index(
                "goodwill", "id", condition=Q(given_at=None, why_not=""), name="goodwill_still_to_give"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goodwill_id}:{self.customer_id}"


class IncidentProposal(models.Model):
    """Many more ask about one thing than at this hour of other weeks: perhaps an incident. Once for each burst."""

    topic = models.ForeignKey(
        "support.Topic", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    noticed_at = models.DateTimeField(_("noticed"))
    last_seen_at = models.DateTimeField(help_text="Until then the burst went on.")
    tickets = models.PositiveIntegerField(_("tickets"))
    minutes = models.PositiveSmallIntegerField()
    expected = models.DecimalField(_("otherwise"), max_digits=8, decimal_places=2)
    incident = models.OneToOneField(
        Incident, models.SET_NULL, null=True, blank=True, related_name="proposal", verbose_name=_("incident")
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("proposed incident")
        verbose_name_plural = _("proposed incidents")
        default_permissions = ()
        indexes = [models.Index("noticed_at", condition=Q(decided_at=None), name="proposals_of_incidents")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.tickets}"
