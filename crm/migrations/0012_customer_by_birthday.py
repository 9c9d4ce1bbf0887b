from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """People of one birthday: who may be one person, and whose day it is."""

    atomic = False

    dependencies = [("crm", "0011_one_person_consents_merges_erasure")]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("birthday", None), _negated=True),
                fields=["birthday"],
                name="customer_by_birthday",
            ),
        ),
    ]
