"""Who writes by e-mail is looked up by the address. Built while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("directory", "0006_shared_posts")]

    operations = [
        AddIndexConcurrently("person", models.Index(Upper("email"), name="person_email", condition=~Q(email=""))),
    ]
