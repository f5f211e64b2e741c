from django.db import migrations

from tinhso.kernel.keeping.watched import watch


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_persons_by_email"), ("keeping", "0001_stamps")]

    operations = [watch("directory_unit", "directory_agency", "directory_post", "directory_tenure", "directory_calendarversion")]
