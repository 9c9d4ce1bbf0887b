from django.db import migrations

# Each job writes its rows at once and reads them at once: statistics can only tell of other jobs, and where they say
# that this one has no rows, the planner reads all of them again for each document. Without statistics it assumes many.
FORGET = """
ALTER TABLE crm_importedrow ALTER COLUMN job_id SET STATISTICS 0;
ALTER TABLE crm_importeddocument ALTER COLUMN job_id SET STATISTICS 0;
"""
KEEP = FORGET.replace("STATISTICS 0", "STATISTICS -1")


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_keep_an_order")]

    operations = [migrations.RunSQL(FORGET, KEEP)]
