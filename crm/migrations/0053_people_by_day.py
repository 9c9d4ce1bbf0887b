"""How many different people bought on each day, and how long before they had bought last."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0052_connections_have_mappings"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayPeople",
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
                ("people", models.IntegerField()),
                (
                    "gaps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "again",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.segment",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(models.F("rollup"), models.F("on"), name="people_of_a_day"),
                    models.Index(
                        condition=models.Q(("segment__isnull", False)),
                        fields=["segment"],
                        name="people_of_a_segment",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rollup", "segment", "shop", "channel", "tier", "on"),
                        name="people_counted_once_for_each_place",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
