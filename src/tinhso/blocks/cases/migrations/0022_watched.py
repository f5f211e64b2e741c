from django.db import migrations

from tinhso.kernel.keeping.watched import watch


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_reopened_without_petition"), ("keeping", "0001_stamps")]

    operations = [watch("cases_procedure", "cases_procedureversion", "cases_routing")]
