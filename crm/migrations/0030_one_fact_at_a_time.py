from pathlib import Path

from django.db import migrations

RECORD_ONE = Path(__file__).parents[1] / "sql" / "record_one.sql"


class Migration(migrations.Migration):
    """Most facts happen alone: a function of their own writes them in half the time. The one for many stays."""

    dependencies = [("crm", "0029_sending_notices_and_preferences")]

    operations = [
        migrations.RunSQL(RECORD_ONE.read_text(encoding="utf-8"), "DROP FUNCTION IF EXISTS crm_record_one")
    ]
