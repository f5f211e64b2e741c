from django.db import migrations

from tinhso.kernel.keeping.watched import watch


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_template_named_once"), ("keeping", "0001_stamps")]

    operations = [watch("reports_apikey")]
