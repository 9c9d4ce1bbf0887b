from pathlib import Path

from django.db import migrations

EARN_BATCH = Path(__file__).parents[1] / "ledger" / "sql" / "earn_batch.sql"


class Migration(migrations.Migration):
    """A batch read all wallets in their order to find its own; now it looks each up, and asks once for debt."""

    dependencies = [("loyalty", "0017_goodwill_coupons")]

    operations = [migrations.RunSQL(EARN_BATCH.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
