from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "forget_sign_ins.sql"


class Migration(migrations.Migration):
    """Merging, erasing and telling are allowed one by one; roles at companies and sign-ins are forgotten too."""

    dependencies = [("crm", "0016_customers_by_day_of_birth")]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "permissions": [
                    ("merge_customer", "Can merge two customers and separate them"),
                    ("erase_customer", "Can erase a person"),
                    ("tell_customer", "Can take a copy of all data about a person"),
                ],
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
            },
        ),
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"), "DROP FUNCTION crm_forget_roles_and_sign_ins(bigint[])"
        ),
    ]
