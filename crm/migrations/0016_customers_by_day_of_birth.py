from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import ExtractDay, ExtractMonth


class Migration(migrations.Migration):
    """Whose birthday is today, whatever the year."""

    atomic = False

    dependencies = [("crm", "0015_setup_looks_and_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                ExtractMonth("birthday"),
                ExtractDay("birthday"),
                condition=models.Q(("birthday", None), _negated=True),
                name="customers_by_day_of_birth",
            ),
        ),
    ]
