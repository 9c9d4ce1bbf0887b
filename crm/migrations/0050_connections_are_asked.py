import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0049_price_lists_and_exchanges"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConnectorRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="started")),
                ("moved_at", models.DateTimeField(verbose_name="last heard of")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("back-fill", "bringing the past"), ("comparison", "comparing orders")],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("since", models.DateTimeField(blank=True, null=True, verbose_name="since")),
                ("kind", models.CharField(max_length=20)),
                ("turn", models.TextField(blank=True)),
                ("seen_count", models.PositiveIntegerField(default=0, verbose_name="seen")),
                ("kind_total", models.PositiveIntegerField(null=True)),
                ("kind_seen", models.PositiveIntegerField(default=0)),
                ("new_count", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("differences_count", models.PositiveIntegerField(default=0, verbose_name="differences")),
                ("settled_count", models.PositiveIntegerField(default=0, verbose_name="put right")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("paused_until", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="stopped")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("failure_code", models.CharField(blank=True, max_length=60)),
                ("figures", models.JSONField(blank=True, default=dict)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="crm.connection",
                        verbose_name="connection",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
            ],
            options={
                "verbose_name": "round of a connection",
                "verbose_name_plural": "rounds of connections",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AnsweredThing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thing", models.CharField(max_length=80)),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answered",
                        to="crm.connectorround",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="connectordelivery",
            name="asked_in",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.connectorround",
            ),
        ),
        migrations.CreateModel(
            name="Difference",
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
                            ("missing-here", "missing here"),
                            ("missing-there", "missing in the shop"),
                            ("sum", "another sum"),
                            ("lines", "other lines"),
                            ("state", "another state"),
                            ("points", "other points"),
                        ],
                        max_length=13,
                        verbose_name="what differs",
                    ),
                ),
                ("thing", models.CharField(max_length=80)),
                ("called", models.CharField(max_length=64, verbose_name="number")),
                ("here", models.CharField(blank=True, max_length=100, verbose_name="here")),
                ("there", models.CharField(blank=True, max_length=100, verbose_name="in the shop")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="put right")),
                ("failure_code", models.CharField(blank=True, max_length=60)),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="crm.connectorround",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="connectorround",
            index=models.Index(
                models.F("connection"),
                models.F("purpose"),
                models.OrderBy(models.F("id"), descending=True),
                name="rounds_of_a_connection",
            ),
        ),
        migrations.AddConstraint(
            model_name="connectorround",
            constraint=models.UniqueConstraint(
                models.F("connection"),
                models.F("purpose"),
                condition=models.Q(("finished_at", None), ("stopped_at", None)),
                name="one_round_of_a_purpose_at_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="answeredthing",
            constraint=models.UniqueConstraint(
                models.F("round"), models.F("thing"), name="answered_once_per_round"
            ),
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(
                models.F("round"),
                models.OrderBy(models.F("id"), descending=True),
                name="differences_of_a_round",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                models.F("round"), models.F("thing"), models.F("kind"), name="differs_once_per_round"
            ),
        ),
    ]
