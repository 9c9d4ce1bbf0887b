from pathlib import Path

from django.db import migrations

MONTHS = Path(__file__).parents[1] / "sql" / "months_with_referrals.sql"


class Migration(migrations.Migration):
    """Months count friends too. The running release goes on calling the function as before."""

    dependencies = [("loyalty", "0014_an_earning_in_five_statements")]

    operations = [migrations.RunSQL(MONTHS.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
