from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crm.rules.fields


class Migration(migrations.Migration):
    """Something is done for many people at once, for all but some whom the lot holds out."""

    dependencies = [
        ("crm", "0039_kinds_of_loyalty_and_margin"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="started")),
                ("moved_at", models.DateTimeField(verbose_name="last heard of")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "conditions",
                    crm.rules.fields.ConditionField(
                        blank=True, null=True, root="customer", verbose_name="conditions"
                    ),
                ),
                ("kind", models.SlugField(max_length=20, verbose_name="what is done")),
                ("terms", models.JSONField(default=dict)),
                (
                    "hold_out",
                    models.DecimalField(
                        decimal_places=3, default=Decimal("0.1"), max_digits=4, verbose_name="hold-out share"
                    ),
                ),
                (
                    "why_no_hold_out",
                    models.CharField(blank=True, max_length=200, verbose_name="why nobody is held out"),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(default=30, verbose_name="measured over, days"),
                ),
                (
                    "budget_amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="budget"
                    ),
                ),
                ("price_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "used_amount",
                    models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="used"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "people_foreseen",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="people foreseen"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("waiting", "waiting for a second person"),
                            ("finding", "being started"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("decision_note", models.CharField(blank=True, max_length=300)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("measured_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "permissions": [
                    ("start_campaign", "Can let a campaign start"),
                    ("decide_campaign", "Can approve a campaign that somebody else started"),
                ],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.CreateModel(
            name="CampaignPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("treated", "treated"), ("held_out", "held out")],
                        max_length=8,
                        verbose_name="side",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "to be done"),
                            ("done", "done"),
                            ("skipped", "not possible"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("why_not", models.CharField(blank=True, max_length=40, verbose_name="why not")),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="when")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("bought", "bought again"), ("not_bought", "bought nothing")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
            ],
            options={
                "verbose_name": "person of a campaign",
                "verbose_name_plural": "people of campaigns",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CampaignSide",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("treated", "treated"), ("held_out", "held out")], max_length=8
                    ),
                ),
                ("people", models.PositiveIntegerField(default=0)),
                ("buyers", models.PositiveIntegerField(default=0)),
                ("revenue", models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ("squares", models.FloatField(default=0)),
            ],
            options={
                "verbose_name": "side of a campaign",
                "verbose_name_plural": "sides of campaigns",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="installation",
            name="campaign_amount_alone",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="A campaign that may cost more starts once a second person agrees. Empty: as installed.",
                max_digits=14,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="campaigns: cost without a second person",
            ),
        ),
        migrations.AddField(
            model_name="installation",
            name="campaign_people_alone",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="A campaign for more people starts once a second person agrees. Empty: as installed.",
                null=True,
                verbose_name="campaigns: people without a second person",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who let it start",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="segment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="crm.segment",
                verbose_name="segment",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="snapshot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="crm.segmentsnapshot",
                verbose_name="snapshot of a segment",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="started_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="started by",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="stopped_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who stopped it",
            ),
        ),
        migrations.AddField(
            model_name="campaignperson",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="people",
                to="crm.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignperson",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="campaigns", to="crm.customer"
            ),
        ),
        migrations.AddField(
            model_name="campaignside",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sides",
                to="crm.campaign",
            ),
        ),
        migrations.CreateModel(
            name="RetentionPlan",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="plan",
                        serialize=False,
                        to="crm.campaign",
                    ),
                ),
                ("playbook", models.SlugField(blank=True, max_length=20)),
                ("due_on", models.DateField(verbose_name="to be begun by")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("kept", "more people bought again than without it"),
                            ("lost", "fewer people bought again than without it"),
                            ("undecided", "no difference can be told from chance"),
                            ("too_small", "too few people to compare"),
                            ("not_compared", "nobody was held out, so nothing can be compared"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who answers for it",
                    ),
                ),
            ],
            options={
                "verbose_name": "retention plan",
                "verbose_name_plural": "retention plans",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                models.F("started_at"),
                condition=models.Q(("measured_at", None), ("started_at__isnull", False)),
                name="campaigns_still_to_measure",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="campaign_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("conditions", None), ("segment__isnull", False), ("snapshot", None)),
                    models.Q(("conditions", None), ("segment", None), ("snapshot__isnull", False)),
                    models.Q(("conditions__isnull", False), ("segment", None), ("snapshot", None)),
                    _connector="OR",
                ),
                name="campaign_is_about_one_audience",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hold_out__gte", 0),
                    ("hold_out__lte", Decimal("0.5")),
                    models.Q(
                        ("hold_out__gt", 0), models.Q(("why_no_hold_out", ""), _negated=True), _connector="OR"
                    ),
                ),
                name="campaign_holds_out_or_says_why_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_amount__gte", 0),
                    models.Q(
                        ("budget_amount", None),
                        ("used_amount__lte", models.F("budget_amount")),
                        _connector="OR",
                    ),
                ),
                name="campaign_within_its_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        models.Q(("decided_by", models.F("started_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campaign_decided_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("running", "paused", "done")), _negated=True),
                    ("started_at__isnull", False),
                    _connector="OR",
                ),
                name="campaign_at_work_has_started",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignperson",
            index=models.Index(
                models.F("campaign"),
                models.F("id"),
                condition=models.Q(("side", "treated"), ("state", "waiting")),
                name="campaign_still_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignperson",
            index=models.Index(
                models.F("campaign"),
                models.F("side"),
                models.F("state"),
                models.F("why_not"),
                models.F("id"),
                name="people_of_a_campaign_by_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignperson",
            constraint=models.UniqueConstraint(
                models.F("campaign"), models.F("customer"), name="somebody_is_in_a_campaign_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("side", "treated"), models.Q(("at", None), ("state", "waiting")), _connector="OR"
                ),
                name="nothing_is_done_for_whom_the_lot_held_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignside",
            constraint=models.UniqueConstraint(
                models.F("campaign"), models.F("side"), name="campaign_has_each_side_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("outcome_at", None)),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("outcome_at__isnull", False)),
                    _connector="OR",
                ),
                name="outcome_of_a_plan_has_its_moment",
            ),
        ),
    ]
