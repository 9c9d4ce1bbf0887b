from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "take_key.sql"


class Migration(migrations.Migration):
    """Taking an idempotency key and reading what was answered under it, in one round trip."""

    dependencies = [("crm", "0004_lists_by_key")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION crm_take_key(bigint, text, text)"),
    ]
