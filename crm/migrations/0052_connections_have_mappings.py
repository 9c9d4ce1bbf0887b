import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0051_orders_are_amended"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConnectorMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("told", models.JSONField(verbose_name="mapping")),
                ("made_at", models.DateTimeField(verbose_name="since")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mappings",
                        to="crm.connection",
                        verbose_name="connection",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mapping of a connection",
                "verbose_name_plural": "mappings of connections",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        F("connection"), F("number").desc(), name="mapping_numbered_once_per_connection"
                    )
                ],
            },
        ),
    ]
