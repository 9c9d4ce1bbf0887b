from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BotDuty(models.Model):
    """Whether the answer bot answers first on a channel: since when, and who said so. No row: it does not."""

    account = models.OneToOneField(
        "crm.ChannelAccount", models.CASCADE, related_name="bot_duty", verbose_name=_("channel")
    )
    on_since = models.DateTimeField(_("answers since"), null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("channel of the answer bot")
        verbose_name_plural = _("channels of the answer bot")

    def __str__(self) -> str:
        return str(self.account)


class BotConversationQuerySet(models.QuerySet["BotConversation"]):
    def talking(self) -> BotConversationQuerySet:
        return self.filter(state=BotConversation.State.TALKING)

    def quiet_since(self, at: datetime) -> BotConversationQuerySet:
        """Nobody has said anything since then."""
        return self.talking().filter(last_at__lte=at)


class BotConversation(models.Model):
    """What somebody and the bot said to one another, until the bot helped, or handed them over to colleagues.

    *Handled* is what ended in silence after an answer; *confirmed* is what the customer said helped. They are counted
    apart. In a shop's own chat `key` names the conversation, and there is no account; elsewhere it is the other way.
    """

    class State(models.TextChoices):
        TALKING = "talking", _("talking")
        HANDED_OVER = "handed_over", _("handed over")
        ENDED = "ended", _("ended")

    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, related_name="bot_conversations", verbose_name=_("customer")
    )
    account = models.ForeignKey(
        "crm.ChannelAccount",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("channel"),
    )
    address = models.CharField(max_length=254, blank=True, help_text="Who talks, in its normal form.")
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    key = models.CharField(
        max_length=64, blank=True, help_text="A shop's own chat: what its conversation is called here."
    )
    external_id = models.CharField(max_length=64, blank=True, help_text="And there.")
    proved_at = models.DateTimeField(
        null=True, blank=True, help_text="A shop's own chat: since when its server says who this is."
    )
    language = models.CharField(_("language"), max_length=5)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.TALKING)
    started_at = models.DateTimeField(_("began"))
    last_at = models.DateTimeField(help_text="When either side said something last.")
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ticket = models.ForeignKey(
        "support.Ticket", models.PROTECT, null=True, blank=True, related_name="bot_conversations"
    )

    objects = BotConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation with the bot")
        verbose_name_plural = _("conversations with the bot")
        permissions = [("teach_bot", _("Can say what the bot answers, and where"))]
        constraints = [
            models.UniqueConstraint(
                *("account", "address"),
                condition=Q(state="talking", account__isnull=False),
                name="one_conversation_with_the_bot_at_a_time",
            ),
            models.UniqueConstraint("key", condition=~Q(key=""), name="bot_conversation_by_its_key"),
            models.UniqueConstraint(
                *("shop", "external_id"),
                condition=~Q(external_id=""),
                name="bot_conversation_of_a_shop_begun_once",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, key="") | (Q(account__isnull=True) & ~Q(key="")),
                name="bot_talks_on_a_channel_or_in_a_shop",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_over") | Q(handed_over_at__isnull=False, ticket__isnull=False),
                name="handed_over_to_a_ticket",
            ),
        ]
        indexes = [
            models.Index("last_at", condition=Q(state="talking"), name="bot_conversation_gone_quiet"),
            models.Index("started_at", name="bot_conversation_by_time"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class BotTurnQuerySet(models.QuerySet["BotTurn"]):
    def waiting(self) -> BotTurnQuerySet:
        return self.filter(answered_at=None)


class BotTurn(models.Model):
    """One thing that was asked, and what the bot did about it. On a channel the words stand in the messages.

    `given` is what was answered: an article's short name, or `tool:` and the tool's. Names, not rows: what was said
    stays said, whatever becomes of the article.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article", _("answered from an article")
        TOOL = "tool", _("answered from the customer's own account")
        ASKED_BACK = "asked_back", _("asked back")
        GREETING = "greeting", _("greeted")
        THANKS = "thanks", _("thanked")
        CONFIRMED = "confirmed", _("heard that it helped")
        HANDED_OVER = "handed_over", _("handed over")

    class Reason(models.TextChoices):
        """Why it was handed over."""

        ASKED = "asked", _("they asked for a person")
        UPSET = "upset", _("they were upset")
        NOT_KNOWN = "not_known", _("no answer was known")
        NO_HELP = "no_help", _("the answer did not help")
        NOT_PROVED = "not_proved", _("it was not proved who they are")
        NO_DATA = "no_data", _("their account holds nothing about it")
        NO_WORDS = "no_words", _("it was no question in words")
        TOO_LATE = "too_late", _("the bot did not answer in time")

    conversation = models.ForeignKey(BotConversation, models.CASCADE, related_name="turns")
    message = models.OneToOneField(
        "crm.Message", models.PROTECT, null=True, blank=True, related_name="bot_turn", help_text="Asked."
    )
    external_id = models.CharField(max_length=64, blank=True, help_text="A shop's own chat: its id there.")
    asked = models.TextField(_("question"), blank=True, help_text="In a shop's own chat.")
    said = models.TextField(_("answer"), blank=True, help_text="In a shop's own chat.")
    kind = models.CharField(_("answer"), max_length=11, choices=Kind, blank=True)
    given = models.CharField(max_length=80, blank=True)
    offered = models.JSONField(default=list, blank=True, help_text="When it asked back: what it offered.")
    score = models.FloatField(null=True, blank=True)
    reason = models.CharField(_("why"), max_length=10, choices=Reason, blank=True)
    answer = models.OneToOneField(
        "crm.Message", models.PROTECT, null=True, blank=True, related_name="answers_bot_turn"
    )
    asked_at = models.DateTimeField(_("asked"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A colleague read that it was not answered, and did something about it.",
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = BotTurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to the bot")
        verbose_name_plural = _("questions to the bot")
        constraints = [
            models.UniqueConstraint(
                "conversation", "external_id", condition=~Q(external_id=""), name="bot_asked_once"
            ),
        ]
        indexes = [
            models.Index("asked_at", condition=Q(answered_at=None), name="bot_turn_waiting"),
            models.Index("id", condition=Q(reason="not_known", settled_at=None), name="bot_turn_not_known"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def words(self) -> str:
        """What was asked."""
        return self.message.text if self.message else self.asked

    @property
    def question(self) -> str:
        """In one line; of what an answer did not help with, the question that it answered."""
        return " ".join(self.words.split())

    @property
    def choices_offered(self) -> list[str]:
        """By their titles, where it asked back."""
        return [title for _name, title in self.offered]
