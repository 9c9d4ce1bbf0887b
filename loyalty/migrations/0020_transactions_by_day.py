"""An index by which one day's transactions are found, made without holding up whoever posts points."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("loyalty", "0019_terms_come_in_editions")]

    operations = [
        AddIndexConcurrently(
            model_name="transaction",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["occurred_at"],
                name="transactions_by_day",
                opclasses=["timestamptz_minmax_multi_ops"],
                pages_per_range=16,
            ),
        ),
    ]
