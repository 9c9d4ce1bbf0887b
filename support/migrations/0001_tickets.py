from pathlib import Path

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0027_channels_and_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "names",
                    models.JSONField(
                        default=dict,
                        help_text="By the code of the language: en, ru, bg. One is enough.",
                        verbose_name="name",
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
            ],
            options={
                "verbose_name": "skill",
                "verbose_name_plural": "skills",
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="SubState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "names",
                    models.JSONField(
                        default=dict,
                        help_text="By the code of the language: en, ru, bg. One is enough.",
                        verbose_name="name",
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("open", "open"),
                            ("waiting_customer", "waiting for the customer"),
                            ("waiting_us", "waiting for us"),
                            ("resolved", "resolved"),
                            ("closed", "closed"),
                        ],
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "pauses_clocks",
                    models.BooleanField(
                        default=False,
                        help_text="Nobody here can do anything meanwhile.",
                        verbose_name="stops the clocks",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "sub-state",
                "verbose_name_plural": "sub-states",
                "ordering": ["category", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="name")),
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "names",
                    models.JSONField(
                        default=dict,
                        help_text="By the code of the language: en, ru, bg. One is enough.",
                        verbose_name="name",
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Where side conversations with this department go.",
                        max_length=254,
                        verbose_name="e-mail",
                    ),
                ),
                ("answers_customers", models.BooleanField(default=True, verbose_name="answers customers")),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="team lead",
                    ),
                ),
            ],
            options={
                "verbose_name": "team",
                "verbose_name_plural": "teams",
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="AgentProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("bg", "Bulgarian"), ("ru", "Russian"), ("en", "English")], max_length=5
                        ),
                        blank=True,
                        default=list,
                        help_text="In which they answer. Empty: in all.",
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="As many open tickets are given to them by themselves.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="capacity",
                    ),
                ),
                ("signature", models.CharField(blank=True, max_length=200, verbose_name="signature")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_profile",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleague",
                    ),
                ),
                (
                    "skills",
                    models.ManyToManyField(
                        blank=True, related_name="agents", to="support.skill", verbose_name="skills"
                    ),
                ),
                (
                    "teams",
                    models.ManyToManyField(
                        blank=True, related_name="agents", to="support.team", verbose_name="teams"
                    ),
                ),
            ],
            options={
                "verbose_name": "agent",
                "verbose_name_plural": "agents",
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=250, verbose_name="subject")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("open", "open"),
                            ("waiting_customer", "waiting for the customer"),
                            ("waiting_us", "waiting for us"),
                            ("resolved", "resolved"),
                            ("closed", "closed"),
                        ],
                        default="new",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "low"), (2, "normal"), (3, "high"), (4, "urgent")],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        help_text="By which the customer wrote last: there we answer.",
                        max_length=20,
                        verbose_name="channel",
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        blank=True,
                        help_text="The identity that wrote last, in its normal form: it is answered.",
                        max_length=254,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=5, verbose_name="language")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("last_message_at", models.DateTimeField(verbose_name="last message")),
                (
                    "last_customer_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="customer wrote last"),
                ),
                (
                    "first_answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="first answered"),
                ),
                ("last_words", models.CharField(blank=True, max_length=200)),
                (
                    "unread_since",
                    models.DateTimeField(
                        blank=True, help_text="Since when something of the customer is unread.", null=True
                    ),
                ),
                ("next_due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                ("next_due_kind", models.CharField(blank=True, max_length=20)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True, verbose_name="put off until")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("version", models.PositiveIntegerField(default=0)),
                ("source", models.CharField(max_length=60)),
                ("source_id", models.CharField(max_length=160)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.channelaccount",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="support.ticket",
                        verbose_name="goes on in",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="A colleague began the conversation; empty: the customer did.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "orders",
                    models.ManyToManyField(
                        blank=True, related_name="tickets", to="crm.order", verbose_name="orders"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "sub_state",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="support.substate",
                        verbose_name="sub-state",
                    ),
                ),
                (
                    "tags",
                    models.ManyToManyField(
                        blank=True, related_name="tickets", to="support.tag", verbose_name="tags"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="support.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "permissions": [
                    ("answer_ticket", "Can answer customers"),
                    ("see_every_ticket", "Can see the tickets of every team"),
                    ("lead_ticket", "Can hand out tickets and judge answers"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "key",
                    models.CharField(
                        help_text="Of the form: sent twice, it is one note.", max_length=80, unique=True
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="support.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "internal note",
                "verbose_name_plural": "internal notes",
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "names",
                    models.JSONField(
                        default=dict,
                        help_text="By the code of the language: en, ru, bg. One is enough.",
                        verbose_name="name",
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "is_public",
                    models.BooleanField(
                        default=True,
                        help_text="On the form where they ask.",
                        verbose_name="customers may choose it",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="topics",
                        to="support.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="support.topic",
                verbose_name="topic",
            ),
        ),
        migrations.CreateModel(
            name="TicketEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("figures", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="support.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a ticket",
                "verbose_name_plural": "events of tickets",
                "indexes": [models.Index(models.F("ticket"), models.F("id"), name="event_of_a_ticket")],
            },
        ),
        migrations.CreateModel(
            name="TicketMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="place", to="crm.message"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placed",
                        to="support.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "message of a ticket",
                "verbose_name_plural": "messages of tickets",
                "indexes": [
                    models.Index(models.F("ticket"), models.F("message"), name="message_of_a_ticket")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("customer"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                name="ticket_of_a_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("team"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("category__in", ("new", "open", "waiting_customer", "waiting_us"))),
                name="ticket_of_a_team",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("assignee"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("category__in", ("new", "open", "waiting_customer", "waiting_us"))),
                name="ticket_of_an_agent",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("category__in", ("new", "open", "waiting_customer", "waiting_us"))),
                name="ticket_at_work",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("next_due_at"),
                models.F("id"),
                condition=models.Q(
                    ("category__in", ("new", "open", "waiting_customer", "waiting_us")),
                    ("next_due_at__isnull", False),
                ),
                name="ticket_by_its_clock",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("snoozed_until"),
                models.F("id"),
                condition=models.Q(("snoozed_until__isnull", False)),
                name="ticket_put_off",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.F("resolved_at"),
                condition=models.Q(("category", "resolved")),
                name="ticket_to_be_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(models.F("opened_at"), name="ticket_by_opening"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(
                models.F("source"), models.F("source_id"), name="ticket_opened_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="ticket_not_merged_into_itself",
            ),
        ),
        migrations.RunSQL((SQL / "append_only.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
