"""Counts of tries are kept without the database's journal: they are written with every report of a program, each by itself, and
nothing is lost but the counts running at the moment when the database's server breaks down (ADR 23)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.RunSQL("ALTER TABLE identity_throttle SET UNLOGGED", "ALTER TABLE identity_throttle SET LOGGED"),
    ]
