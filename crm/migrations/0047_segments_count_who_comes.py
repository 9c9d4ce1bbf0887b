"""A segment counts by day how many came and how many went."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0046_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="segmentsize",
            name="came",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="came"),
        ),
        migrations.AddField(
            model_name="segmentsize",
            name="went",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="went"),
        ),
    ]
