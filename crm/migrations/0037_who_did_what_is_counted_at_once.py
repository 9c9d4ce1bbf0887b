"""An index by which everybody is asked at once what they did, made without holding up whoever writes history; and
workers beside one another may ask who is the same person.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("crm", "0036_what_customers_are_worth")]

    operations = [
        AddIndexConcurrently(
            model_name="timelineentry",
            index=models.Index(
                fields=["kind", "occurred_at"], include=["customer"], name="entries_by_what_happened"
            ),
        ),
        migrations.RunSQL(
            "ALTER FUNCTION crm_same_person(bigint) PARALLEL SAFE",
            "ALTER FUNCTION crm_same_person(bigint) PARALLEL UNSAFE",
        ),
    ]
