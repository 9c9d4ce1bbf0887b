from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql" / "keep_order.sql"


class Migration(migrations.Migration):
    dependencies = [("crm", "0031_rows_stand_as_told")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="warehouse",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="From which it leaves, in the shop's own word. Empty: not told.",
                max_length=60,
                verbose_name="warehouse",
            ),
        ),
        # Whoever does not tell of a warehouse is understood as before.
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
