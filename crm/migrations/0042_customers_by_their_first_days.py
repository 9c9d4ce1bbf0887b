"""Indexes by which one day's first and second purchases are counted, made without holding anybody up."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("crm", "0041_days_are_counted")]

    operations = [
        AddIndexConcurrently(
            model_name="customerfigures",
            index=models.Index(models.F("first_purchase_on"), name="customers_by_first_day"),
        ),
        AddIndexConcurrently(
            model_name="customerfigures",
            index=models.Index(
                fields=["second_purchase_on"],
                condition=models.Q(second_purchase_on__isnull=False),
                name="customers_by_second_day",
            ),
        ),
    ]
