import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0027_channels_and_messages"),
        ("support", "0002_clocks_calendars_and_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, unique=True, verbose_name="version")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="After delivery, or after the purchase in a shop.",
                        verbose_name="days",
                    ),
                ),
                (
                    "texts",
                    models.JSONField(
                        default=dict,
                        help_text="By the code of the language: en, ru, bg. Empty lines divide paragraphs.",
                        verbose_name="text",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="published"),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "return policy",
                "verbose_name_plural": "return policies",
                "ordering": ["-number"],
                "permissions": [("publish_returnpolicy", "Can publish a return policy")],
            },
        ),
        migrations.CreateModel(
            name="ReturnCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "asked for"),
                            ("approved", "agreed"),
                            ("received", "goods are here"),
                            ("refunded", "money is back"),
                            ("refused", "not accepted"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="requested",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("damaged", "It arrived damaged"),
                            ("wrong", "It is not what was ordered"),
                            ("faulty", "It does not work as it should"),
                            ("not_as_shown", "It differs from what was shown"),
                            ("changed_mind", "It does not suit after all"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="what happened")),
                ("requested_at", models.DateTimeField(verbose_name="asked for")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed")),
                (
                    "received_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="goods are here since"),
                ),
                (
                    "refunded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="money is back since"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was refused, or withdrawn by whoever asked.", null=True
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="why not")),
                ("source", models.CharField(max_length=60)),
                ("source_id", models.CharField(max_length=160)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_cases",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "goods_return",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case",
                        to="crm.return",
                        verbose_name="return",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the customer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_cases",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="return_cases",
                        to="support.ticket",
                        verbose_name="ticket",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.returnpolicy",
                        verbose_name="policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "return case",
                "verbose_name_plural": "return cases",
                "permissions": [("decide_returncase", "Can agree to returns and refuse them")],
            },
        ),
        migrations.CreateModel(
            name="ReturnCaseLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12, verbose_name="quantity")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="support.returncase",
                        verbose_name="return case",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.orderline",
                        verbose_name="bought as",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a return case",
                "verbose_name_plural": "lines of return cases",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"), models.F("order_line"), name="line_stands_once_in_a_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="case_quantity_positive"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="returncase",
            index=models.Index(
                models.OrderBy(models.F("requested_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state__in", ["requested", "approved", "received"])),
                name="return_case_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="returncase",
            index=models.Index(
                models.OrderBy(models.F("requested_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="return_cases_newest_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="returncase",
            constraint=models.UniqueConstraint(
                models.F("source"), models.F("source_id"), name="return_case_opened_once"
            ),
        ),
    ]
