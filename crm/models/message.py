from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.people.identity_kinds import IdentityKind


class MessageQuerySet(models.QuerySet["Message"]):
    def to_send(self, at: datetime) -> MessageQuerySet:
        return self.filter(state=Message.State.QUEUED, send_at__lte=at)

    def of_people(self, ids: tuple[int, ...]) -> MessageQuerySet:
        return self.filter(customer__in=ids)


# How the external id of what was typed into a form of ours begins.
TYPED = "form:"


class Message(models.Model):
    """What a person wrote to the company, or the company to a person, on any channel. Notes among colleagues are not.

    One that comes in is written once by `crm.messages.receiving` and never changed. One that goes out is a row
    before it is
    sent (`crm.messages.messaging`), is claimed by one worker, and is followed until it was read, or failed
    (`crm.messages.sending`). Answers go to `address`, whoever the person was merged with since.
    """

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("from us")

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        COLLEAGUE = "colleague", _("colleague")
        RULE = "rule", _("a rule of the house")

    class Purpose(models.TextChoices):
        """Whether a consent to advertising is needed."""

        SERVICE = "service", _("service")
        ADVERTISING = "advertising", _("advertising")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        HELD = "held", _("held: the sender is not proved")
        QUEUED = "queued", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("not delivered")
        UNCERTAIN = "uncertain", _("perhaps sent")
        CANCELLED = "cancelled", _("not sent")

    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, db_index=False, related_name="messages", verbose_name=_("customer")
    )
    account = models.ForeignKey(
        "crm.ChannelAccount", models.PROTECT, related_name="messages", verbose_name=_("channel")
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    author_kind = models.CharField(max_length=9, choices=Author)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("colleague"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State)
    identity_kind = models.CharField(max_length=12, choices=IdentityKind)
    address = models.CharField(
        _("address"), max_length=254, help_text=_("Who wrote, or who is written to: in its one normal form.")
    )
    is_proved = models.BooleanField(
        default=False, help_text="In: the provider proves that it comes from this address."
    )
    thread = models.CharField(
        max_length=255,
        blank=True,
        help_text="The conversation, as the channel counts: a chat, a mail's thread.",
    )
    external_id = models.CharField(
        max_length=255, blank=True, help_text="What the provider calls the message; mail: its Message-ID."
    )
    in_reply_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replies")
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True, help_text="Without what was quoted.")
    uncut_text = models.TextField(blank=True, help_text="With it, where it differs.")
    html = models.TextField(blank=True, help_text="Cleaned, see crm.mail.cleaning.")
    short_text = models.TextField(
        blank=True, db_default="", help_text="Out: what an SMS would say, should it have to go that way."
    )
    language = models.CharField(_("language"), max_length=5, blank=True)
    is_automatic = models.BooleanField(
        default=False, help_text="In: written by a machine, never to be answered by one."
    )
    purpose = models.CharField(
        _("purpose"), max_length=11, choices=Purpose, default=Purpose.SERVICE, db_default=Purpose.SERVICE
    )
    notice = models.CharField(
        max_length=60, blank=True, help_text="Which of crm.notices it is; empty: somebody wrote it."
    )
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=200)
    occurred_at = models.DateTimeField(_("written"))
    recorded_at = models.DateTimeField(_("recorded"))
    send_at = models.DateTimeField(_("to be sent"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Out: failed or cancelled; in: let in after being held."
    )
    failure = models.CharField(_("why not"), max_length=200, blank=True)
    is_address_dead = models.BooleanField(
        default=False, db_default=False, help_text="Out: the provider says that nothing arrives there."
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="Who said what became of one that was perhaps sent.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    choices = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Out: what buttons under it say, where its channel has buttons. Pressed, it is as if it was written.",
    )
    instead_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="instead",
        help_text="The one that did not arrive on another channel.",
    )
    raw = models.ForeignKey(
        "crm.RawDelivery", models.SET_NULL, null=True, blank=True, db_index=False, related_name="messages"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint("source", "source_id", name="message_written_once"),
            models.UniqueConstraint(
                "account",
                "direction",
                "external_id",
                condition=~Q(external_id=""),
                name="message_known_once_per_account",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", state__in=["received", "held"])
                | (Q(direction="out") & ~Q(state__in=["received", "held"])),
                name="message_state_fits_its_direction",
            ),
            models.CheckConstraint(
                condition=Q(author_kind="colleague", author__isnull=False)
                | (~Q(author_kind="colleague") & Q(author__isnull=True)),
                name="message_of_a_colleague_names_them",
            ),
        ]
        indexes = [
            models.Index("customer", F("occurred_at").desc(), F("id").desc(), name="message_of_a_customer"),
            models.Index("send_at", condition=Q(state="queued"), name="message_to_send"),
            models.Index("claimed_at", condition=Q(state="sending"), name="message_being_sent"),
            models.Index(
                *("account", "address", "send_at"),
                condition=Q(state__in=["queued", "sending"]),
                name="message_on_its_way",
            ),
            models.Index("id", condition=Q(state="uncertain"), name="message_perhaps_sent"),
            models.Index("account", "thread", condition=~Q(thread=""), name="message_by_thread"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def is_from_customer(self) -> bool:
        return self.direction == self.Direction.IN

    @property
    def came_by(self) -> str:
        """See messages.channel_names: what was typed into a form of ours stands on the account that answers it."""
        typed = self.is_from_customer and self.external_id.startswith(TYPED)
        return "form" if typed else self.account.channel


def attachment_place(attachment: Attachment, name: str) -> str:
    """A random name: what somebody called a file is told to nobody's disk."""
    return f"attachments/{attachment.token[:2]}/{attachment.token}"


class Attachment(models.Model):
    """A file that came or goes with a message. Served by its token, as a download, under the name it was given."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    token = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=100, help_text="As its bytes say, not its sender.")
    size_bytes = models.PositiveIntegerField(_("size"))
    file = models.FileField(upload_to=attachment_place, max_length=120)
    is_inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
