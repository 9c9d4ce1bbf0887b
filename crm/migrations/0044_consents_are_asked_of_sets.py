"""What a consent comes to, asked of many customers in one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("crm", "0043_people_are_asked_after_a_pause_of_the_companys_own")]

    operations = [
        migrations.RunSQL(
            (SQL / "consent_stands.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION crm_may(bigint, text, text); DROP FUNCTION crm_consent_stands(bigint[], text, text)",
        )
    ]
