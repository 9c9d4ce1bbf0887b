from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


def load(name: str, undo: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), undo)


class Migration(migrations.Migration):
    """The functions that write history and order it, and the triggers that keep it."""

    dependencies = [("crm", "0001_ground")]

    operations = [
        load(
            "append_only.sql",
            "DROP FUNCTION crm_refuse_rewriting CASCADE; ALTER TABLE crm_timelineentry DROP CONSTRAINT entry_payload_within_4_kb",
        ),
        load("record.sql", "DROP FUNCTION crm_record(jsonb)"),
        load("sequence_feed.sql", "DROP FUNCTION crm_sequence_feed(integer)"),
    ]
