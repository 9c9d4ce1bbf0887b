"""What days come to, which are to be counted anew, and who was of which category when."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0040_campaigns"),
    ]

    operations = [
        migrations.CreateModel(
            name="CategoryChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("star", "Star"),
                            ("productive", "Productive"),
                            ("question", "Question mark"),
                            ("trust", "Trust to rebuild"),
                        ],
                        max_length=10,
                        verbose_name="category before",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("star", "Star"),
                            ("productive", "Productive"),
                            ("question", "Question mark"),
                            ("trust", "Trust to rebuild"),
                        ],
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                ("as_of", models.DateField(verbose_name="with the count of the day")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
            ],
            options={
                "verbose_name": "change of category",
                "verbose_name_plural": "changes of category",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="DayFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rollup", models.CharField(max_length=20)),
                ("on", models.DateField(verbose_name="day")),
                ("shop", models.BigIntegerField(null=True)),
                ("channel", models.CharField(max_length=20, null=True)),
                ("tier", models.CharField(max_length=50, null=True)),
                ("category", models.CharField(max_length=10, null=True)),
                ("unit", models.CharField(max_length=20)),
                ("measure", models.CharField(max_length=20)),
                ("count", models.BigIntegerField()),
                ("total", models.DecimalField(decimal_places=2, max_digits=28)),
                ("squares", models.FloatField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("since", models.DateField(null=True, verbose_name="from the day")),
                ("days_count", models.PositiveIntegerField(default=0, verbose_name="days")),
                ("wrong", models.JSONField(default=dict)),
                (
                    "wrong_count",
                    models.PositiveIntegerField(default=0, verbose_name="rows that stood wrongly"),
                ),
                ("repaired_at", models.DateTimeField(null=True, verbose_name="repaired")),
            ],
            options={
                "verbose_name": "reconciliation of figures",
                "verbose_name_plural": "reconciliations of figures",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RollupState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rollup", models.CharField(max_length=20)),
                ("clock", models.CharField(max_length=64)),
                ("version", models.PositiveSmallIntegerField()),
                ("since", models.DateField(null=True)),
                ("begun_at", models.DateTimeField()),
                ("counted_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StaleDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rollup", models.CharField(max_length=20)),
                ("on", models.DateField()),
                ("turn", models.BigIntegerField(default=1)),
                ("since", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="categorychange",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="category_changes",
                to="crm.customer",
            ),
        ),
        migrations.AddField(
            model_name="dayfigure",
            name="segment",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="day_figures",
                to="crm.segment",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(fields=["-began_at"], name="latest_reconciliation"),
        ),
        migrations.AddField(
            model_name="rollupstate",
            name="segment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.segment"
            ),
        ),
        migrations.AddIndex(
            model_name="staleday",
            index=models.Index(models.F("since"), name="stale_days_in_turn"),
        ),
        migrations.AddConstraint(
            model_name="staleday",
            constraint=models.UniqueConstraint(models.F("rollup"), models.F("on"), name="day_is_stale_once"),
        ),
        migrations.AddIndex(
            model_name="categorychange",
            index=models.Index(fields=["customer", "-as_of", "-id"], name="categories_of_a_customer"),
        ),
        migrations.AddIndex(
            model_name="dayfigure",
            index=models.Index(models.F("rollup"), models.F("on"), name="figures_of_a_day"),
        ),
        migrations.AddIndex(
            model_name="dayfigure",
            index=models.Index(
                condition=models.Q(("segment__isnull", False)),
                fields=["segment"],
                name="figures_of_a_segment",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayfigure",
            constraint=models.UniqueConstraint(
                fields=("rollup", "segment", "shop", "channel", "tier", "category", "on", "measure", "unit"),
                name="day_counted_once_for_each_place",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="rollupstate",
            constraint=models.UniqueConstraint(
                fields=("rollup", "segment"), name="rollup_stands_one_way", nulls_distinct=False
            ),
        ),
    ]
