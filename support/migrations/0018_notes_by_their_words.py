from pathlib import Path

import django.contrib.postgres.indexes
from django.db import migrations
from django.db.models import Func

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """The search of tickets finds what colleagues noted, by an index as on the timeline."""

    dependencies = [("support", "0017_incidents"), ("crm", "0032_orders_name_their_warehouse")]

    operations = [
        migrations.RunSQL(
            (SQL / "note_words.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION support_note_words(text, timestamptz);",
        ),
        migrations.AddIndex(
            model_name="note",
            index=django.contrib.postgres.indexes.GinIndex(
                Func("text", "written_at", function="support_note_words"), name="note_by_words"
            ),
        ),
    ]
