import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """How new each thing is that a connection brought; and of which order a return is, also one of money alone."""

    dependencies = [
        ("crm", "0054_files_are_imported_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="return",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="crm.order",
                verbose_name="order",
            ),
        ),
        migrations.CreateModel(
            name="ConnectorNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thing", models.CharField(max_length=80)),
                ("as_of", models.DateTimeField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.connection",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("connection"), models.F("thing"), name="newest_of_a_thing"
                    )
                ],
            },
        ),
    ]
