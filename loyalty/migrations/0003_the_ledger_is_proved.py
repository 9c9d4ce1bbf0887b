from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "ledger" / "sql"
UNDO = """
DROP TRIGGER proof_is_append_only ON loyalty_proof;
DROP TRIGGER proof_is_never_truncated ON loyalty_proof;
DROP FUNCTION loyalty_violations, loyalty_house_violations, loyalty_differing_balances;
DROP TYPE loyalty_violation CASCADE;
DROP FUNCTION ledger_private.lots_of;
"""


class Migration(migrations.Migration):
    """Looking for what is wrong with the ledger, and when that was last done."""

    dependencies = [("loyalty", "0002_the_ledger_s_functions")]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("since", models.DateTimeField(blank=True, null=True, verbose_name="what changed since")),
                ("wallets_count", models.BigIntegerField(verbose_name="wallets")),
                ("violations_count", models.BigIntegerField(verbose_name="violations")),
                (
                    "broken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        size=None,
                        verbose_name="broken invariants",
                    ),
                ),
                ("seconds", models.FloatField(verbose_name="seconds")),
            ],
            options={
                "verbose_name": "proof of the ledger",
                "verbose_name_plural": "proofs of the ledger",
                "indexes": [models.Index(fields=["-began_at"], name="proofs_latest_first")],
            },
        ),
        migrations.RunSQL((SQL / "proof.sql").read_text(encoding="utf-8"), UNDO),
    ]
