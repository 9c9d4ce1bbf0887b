from pathlib import Path

from django.db import migrations

EARN = Path(__file__).parents[1] / "ledger" / "sql" / "earn.sql"


class Migration(migrations.Migration):
    """The same earning, with as few statements as it has rows: a key that is there is met where it would be written."""

    dependencies = [("loyalty", "0013_chat_is_an_identity")]

    operations = [migrations.RunSQL(EARN.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
