import datetime
from pathlib import Path

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crm.rules.fields
import support.models.calendar

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0001_tickets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "time_zone",
                    models.CharField(
                        default="Europe/Sofia",
                        max_length=50,
                        validators=[support.models.calendar.known_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="The first calendar counts wherever no promise of service names another.",
                        verbose_name="position",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar of opening hours",
                "verbose_name_plural": "calendars of opening hours",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SlaPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Of several that fit a ticket the first one counts.",
                        verbose_name="position",
                    ),
                ),
                (
                    "conditions",
                    crm.rules.fields.ConditionField(
                        default=crm.rules.fields.always, root="ticket", verbose_name="for which tickets"
                    ),
                ),
                (
                    "first_response_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes of open time. Empty: nothing is promised.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(527040),
                        ],
                        verbose_name="first answer within",
                    ),
                ),
                (
                    "next_response_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes of open time. Empty: nothing is promised.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(527040),
                        ],
                        verbose_name="each further answer within",
                    ),
                ),
                (
                    "resolution_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes of open time. Empty: nothing is promised.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(527040),
                        ],
                        verbose_name="resolved within",
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Clocks that run already keep what they were promised.",
                        null=True,
                        verbose_name="no longer promised from",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the first calendar there is.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="support.calendar",
                        verbose_name="calendar of opening hours",
                    ),
                ),
            ],
            options={
                "verbose_name": "promise of service",
                "verbose_name_plural": "promises of service",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first_response", "first answer"),
                            ("next_response", "next answer"),
                            ("resolution", "resolution"),
                            ("promise", "promise"),
                        ],
                        max_length=20,
                        verbose_name="waits for",
                    ),
                ),
                ("turn", models.PositiveBigIntegerField(default=0)),
                (
                    "target",
                    models.DurationField(help_text="In open time, as promised when it was set.", null=True),
                ),
                (
                    "promised_for",
                    models.DateTimeField(help_text="A promise names its moment itself.", null=True),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("paused_at", models.DateTimeField(null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=20)),
                (
                    "joined_at",
                    models.DateTimeField(
                        help_text="Tickets were merged, and another clock of this kind is due earlier.",
                        null=True,
                    ),
                ),
                ("fulfilled_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("next_rung_at", models.DateTimeField(null=True)),
                (
                    "calendar",
                    models.ForeignKey(
                        help_text="Whose open time counts; none: every hour does.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.calendar",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="support.ticket",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="support.slapolicy",
                    ),
                ),
            ],
            options={
                "verbose_name": "clock of a ticket",
                "verbose_name_plural": "clocks of tickets",
            },
        ),
        migrations.CreateModel(
            name="WorkingInterval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(help_text="00:00 is the end of the day.", verbose_name="closes")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="intervals",
                        to="support.calendar",
                        verbose_name="calendar of opening hours",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "ordering": ["weekday", "opens"],
            },
        ),
        migrations.CreateModel(
            name="ClockEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("activate", "began"),
                            ("pause", "paused"),
                            ("resume", "went on"),
                            ("fulfil", "fulfilled"),
                            ("reopen", "opened again"),
                            ("join", "joined to another"),
                            ("part", "parted again"),
                            ("retarget", "promised anew"),
                            ("warn", "warned"),
                            ("breach", "missed"),
                            ("escalate", "told to the manager"),
                        ],
                        max_length=10,
                        verbose_name="what happened",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("recorded_at", models.DateTimeField()),
                (
                    "clock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="support.clock",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a clock",
                "verbose_name_plural": "events of clocks",
                "ordering": ["clock", "number"],
                "indexes": [models.Index(models.F("kind"), models.F("at"), name="clock_event_by_kind")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clock"), models.F("number"), name="clock_event_numbered_once"
                    ),
                    models.UniqueConstraint(
                        models.F("clock"),
                        models.F("kind"),
                        condition=models.Q(("kind__in", ["warn", "breach", "escalate"])),
                        name="rung_climbed_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FocusStretch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("last_at", models.DateTimeField(verbose_name="last heartbeat")),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="focus",
                        to="support.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "work on a ticket",
                "verbose_name_plural": "work on tickets",
                "indexes": [
                    models.Index(
                        models.F("ticket"),
                        models.F("agent"),
                        models.OrderBy(models.F("last_at"), descending=True),
                        name="focus_on_a_ticket",
                    ),
                    models.Index(models.F("agent"), models.F("began_at"), name="focus_of_an_agent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_at__gte", models.F("began_at"))),
                        name="focus_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                (
                    "times",
                    models.CharField(
                        blank=True,
                        help_text="Hours like 10:00–14:00, 15:00–17:00. Empty: closed.",
                        max_length=100,
                        validators=[support.models.calendar.usable_times],
                        verbose_name="open at",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holidays",
                        to="support.calendar",
                        verbose_name="calendar of opening hours",
                    ),
                ),
            ],
            options={
                "verbose_name": "holiday or short day",
                "verbose_name_plural": "holidays and short days",
                "ordering": ["on"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("calendar"), models.F("on"), name="holiday_once_in_a_calendar"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                models.F("next_rung_at"),
                condition=models.Q(("next_rung_at__isnull", False)),
                name="clock_due",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(models.F("began_at"), name="clock_by_beginning"),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                models.F("ticket"), models.F("kind"), models.F("turn"), name="clock_set_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pause_reason", ""), ("paused_at", None)),
                    models.Q(("paused_at__isnull", False), models.Q(("pause_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="paused_clock_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="workinginterval",
            constraint=models.UniqueConstraint(
                models.F("calendar"), models.F("weekday"), models.F("opens"), name="hours_begin_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="workinginterval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes", datetime.time(0, 0)), ("closes__gt", models.F("opens")), _connector="OR"
                ),
                name="hours_end_after_they_begin",
                violation_error_message="Hours end after they begin. A night is two rows, on two days.",
            ),
        ),
        migrations.RunSQL((SQL / "clocks.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
