from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "keep_order.sql"


class Migration(migrations.Migration):
    """An order with its lines is written in one round trip."""

    dependencies = [("crm", "0006_answers_to_the_letter")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION crm_keep_order(jsonb)"),
    ]
