from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql"


def load(name: str, undo: str = "") -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), undo)


class Migration(migrations.Migration):
    """The ledger's only writers: functions that run as their owner, one file for each operation."""

    dependencies = [("loyalty", "0001_members_and_the_ledger"), ("crm", "0002_history")]

    operations = [
        load("ground.sql", "DROP SCHEMA ledger_private CASCADE; DROP TYPE loyalty_posted CASCADE;"),
        load("return.sql", "DROP FUNCTION loyalty_reverse; DROP FUNCTION loyalty_restore;"),
        load("earn.sql", "DROP FUNCTION loyalty_earn"),
        load("earn_batch.sql", "DROP FUNCTION loyalty_earn_batch"),
        load("adjust.sql", "DROP FUNCTION loyalty_adjust"),
        load("redeem.sql", "DROP FUNCTION loyalty_redeem"),
        load(
            "hold.sql",
            "DROP FUNCTION loyalty_hold; DROP FUNCTION loyalty_capture; DROP FUNCTION loyalty_release;",
        ),
        load("sweeps.sql", "DROP FUNCTION loyalty_confirm; DROP FUNCTION loyalty_expire;"),
        load("move_lots.sql", "DROP FUNCTION loyalty_move_lots"),
        load("guards.sql"),
    ]
