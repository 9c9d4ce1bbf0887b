"""An index by which one day's changes of tiers are found, made without holding up whoever changes tiers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("loyalty", "0021_cohorts_of_points")]

    operations = [
        AddIndexConcurrently(
            model_name="membertier",
            index=models.Index(fields=["since_at"], name="tiers_by_day"),
        ),
    ]
