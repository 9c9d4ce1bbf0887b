from pathlib import Path

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "near_words.sql"


class Migration(migrations.Migration):
    """Misspelt names are corrected by the fewest slips of the finger."""

    dependencies = [("crm", "0017_who_merges_and_erases")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        # Back: the function that stands does the same work in another order.
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
