from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql" / "take_key.sql"
TAKE_KEY = SQL.read_text(encoding="utf-8")
DROP = "DROP FUNCTION crm_take_key(bigint, text, text)"


class Migration(migrations.Migration):
    """An answer is kept as the text that went out: jsonb would sort its members anew."""

    dependencies = [("crm", "0005_idempotency_keys")]

    operations = [
        migrations.RunSQL(DROP, TAKE_KEY),
        migrations.AlterField("idempotentanswer", "body", models.TextField()),
        migrations.RunSQL(TAKE_KEY, DROP),
    ]
