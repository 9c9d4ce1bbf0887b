import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crm.models.channel_account
import crm.models.message


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0026_customers_are_locked_by_their_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name="identity",
            name="kind",
            field=models.CharField(
                choices=[
                    ("email", "e-mail"),
                    ("phone", "phone"),
                    ("card", "card"),
                    ("telegram", "Telegram"),
                    ("viber", "Viber"),
                    ("chat", "chat on the site"),
                    ("external", "number in a shop's system"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="identitychange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("email", "e-mail"),
                    ("phone", "phone"),
                    ("card", "card"),
                    ("telegram", "Telegram"),
                    ("viber", "Viber"),
                    ("chat", "chat on the site"),
                    ("external", "number in a shop's system"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="look",
            name="identity_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("email", "e-mail"),
                    ("phone", "phone"),
                    ("card", "card"),
                    ("telegram", "Telegram"),
                    ("viber", "Viber"),
                    ("chat", "chat on the site"),
                    ("external", "number in a shop's system"),
                ],
                max_length=12,
                verbose_name="what",
            ),
        ),
        migrations.AlterField(
            model_name="suppressionlift",
            name="identity_kind",
            field=models.CharField(
                choices=[
                    ("email", "e-mail"),
                    ("phone", "phone"),
                    ("card", "card"),
                    ("telegram", "Telegram"),
                    ("viber", "Viber"),
                    ("chat", "chat on the site"),
                    ("external", "number in a shop's system"),
                ],
                max_length=12,
                verbose_name="what",
            ),
        ),
        migrations.CreateModel(
            name="ChannelAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                (
                    "name",
                    models.CharField(help_text="As colleagues call it.", max_length=100, verbose_name="name"),
                ),
                (
                    "address",
                    models.CharField(
                        blank=True,
                        help_text="The e-mail, number or bot that customers write to.",
                        max_length=254,
                        verbose_name="address",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=crm.models.channel_account.fresh_key,
                        editable=False,
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict, verbose_name="settings")),
                ("sealed_secrets", models.TextField(blank=True, editable=False)),
                (
                    "position",
                    models.JSONField(
                        blank=True, default=dict, editable=False, help_text="Up to where a mailbox was read."
                    ),
                ),
                (
                    "is_main",
                    models.BooleanField(
                        default=False,
                        help_text="Through it we write to people who have not written to us.",
                        verbose_name="main",
                    ),
                ),
                (
                    "heard_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last heard of"),
                ),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last failure"),
                ),
                (
                    "failure",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="what went wrong"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "from the customer"), ("out", "from us")],
                        max_length=3,
                        verbose_name="direction",
                    ),
                ),
                (
                    "author_kind",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("colleague", "colleague"),
                            ("rule", "a rule of the house"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("held", "held: the sender is not proved"),
                            ("queued", "waiting to be sent"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("delivered", "delivered"),
                            ("read", "read"),
                            ("failed", "not delivered"),
                            ("uncertain", "perhaps sent"),
                            ("cancelled", "not sent"),
                        ],
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "identity_kind",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("phone", "phone"),
                            ("card", "card"),
                            ("telegram", "Telegram"),
                            ("viber", "Viber"),
                            ("chat", "chat on the site"),
                            ("external", "number in a shop's system"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="Who wrote, or who is written to: in its one normal form.",
                        max_length=254,
                        verbose_name="address",
                    ),
                ),
                (
                    "is_proved",
                    models.BooleanField(
                        default=False, help_text="In: the provider proves that it comes from this address."
                    ),
                ),
                (
                    "thread",
                    models.CharField(
                        blank=True,
                        help_text="The conversation, as the channel counts: a chat, a mail's thread.",
                        max_length=255,
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="What the provider calls the message; mail: its Message-ID.",
                        max_length=255,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=250, verbose_name="subject")),
                (
                    "text",
                    models.TextField(blank=True, help_text="Without what was quoted.", verbose_name="text"),
                ),
                ("uncut_text", models.TextField(blank=True, help_text="With it, where it differs.")),
                ("html", models.TextField(blank=True, help_text="Cleaned, see crm.mail.cleaning.")),
                ("language", models.CharField(blank=True, max_length=5, verbose_name="language")),
                (
                    "is_automatic",
                    models.BooleanField(
                        default=False, help_text="In: written by a machine, never to be answered by one."
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "service"), ("advertising", "advertising")],
                        db_default="service",
                        default="service",
                        max_length=11,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "notice",
                    models.CharField(
                        blank=True,
                        help_text="Which of crm.notices it is; empty: somebody wrote it.",
                        max_length=60,
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("source_id", models.CharField(max_length=200)),
                ("occurred_at", models.DateTimeField(verbose_name="written")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("send_at", models.DateTimeField(blank=True, null=True, verbose_name="to be sent")),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Out: failed or cancelled; in: let in after being held.",
                        null=True,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=200, verbose_name="why not")),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="crm.channelaccount",
                        verbose_name="channel",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleague",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "in_reply_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replies",
                        to="crm.message",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        help_text="The one that did not arrive on another channel.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="instead",
                        to="crm.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "content_type",
                    models.CharField(
                        help_text="As its bytes say, not its sender.", max_length=100, verbose_name="type"
                    ),
                ),
                ("size_bytes", models.PositiveIntegerField(verbose_name="size")),
                ("file", models.FileField(max_length=120, upload_to=crm.models.message.attachment_place)),
                ("is_inline", models.BooleanField(default=False)),
                ("content_id", models.CharField(blank=True, max_length=255)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="crm.message",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
            },
        ),
        migrations.CreateModel(
            name="RawDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delivery_id", models.CharField(max_length=200, verbose_name="number of the delivery")),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("processed_at", models.DateTimeField(null=True, verbose_name="worked off")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.CharField(blank=True, max_length=2000, verbose_name="error")),
                ("next_try_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="crm.channelaccount",
                        verbose_name="channel",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="raw",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="crm.rawdelivery",
            ),
        ),
        migrations.AddConstraint(
            model_name="channelaccount",
            constraint=models.UniqueConstraint(
                models.F("channel"),
                condition=models.Q(("closed_at", None), ("is_main", True)),
                name="one_main_account_per_channel",
            ),
        ),
        migrations.AddIndex(
            model_name="rawdelivery",
            index=models.Index(
                models.F("next_try_at"),
                condition=models.Q(("processed_at", None)),
                name="delivery_still_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="rawdelivery",
            constraint=models.UniqueConstraint(
                models.F("account"), models.F("delivery_id"), name="delivered_once_per_account"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("customer"),
                models.OrderBy(models.F("occurred_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="message_of_a_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("send_at"), condition=models.Q(("state", "queued")), name="message_to_send"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("claimed_at"), condition=models.Q(("state", "sending")), name="message_being_sent"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("account"),
                models.F("thread"),
                condition=models.Q(("thread", ""), _negated=True),
                name="message_by_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                models.F("source"), models.F("source_id"), name="message_written_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                models.F("account"),
                models.F("direction"),
                models.F("external_id"),
                condition=models.Q(("external_id", ""), _negated=True),
                name="message_known_once_per_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "in"), ("state__in", ["received", "held"])),
                    models.Q(
                        ("direction", "out"), models.Q(("state__in", ["received", "held"]), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="message_state_fits_its_direction",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("author__isnull", False), ("author_kind", "colleague")),
                    models.Q(models.Q(("author_kind", "colleague"), _negated=True), ("author__isnull", True)),
                    _connector="OR",
                ),
                name="message_of_a_colleague_names_them",
            ),
        ),
    ]
