from pathlib import Path

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

EDITIONS = Path(__file__).parents[1] / "sql" / "editions.sql"
UNDO = """
DROP FUNCTION loyalty_next_edition CASCADE;
DROP FUNCTION loyalty_terms_changed CASCADE;
DROP FUNCTION loyalty_quotas_changed CASCADE;
"""


class Migration(migrations.Migration):
    """A programme's terms have a name that changes with them, so that a process can remember them."""

    dependencies = [("loyalty", "0018_a_batch_looks_its_wallets_up")]

    operations = [
        migrations.AddField(
            "programme", "edition", models.UUIDField(db_default=RandomUUID(), editable=False)
        ),
        migrations.RunSQL(EDITIONS.read_text(encoding="utf-8"), UNDO),
    ]
