from django.db import migrations, models

# random, not counted: a number given back by a transaction that was rolled back would come again for something else
_FUNCTION = """
CREATE FUNCTION keeping_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO keeping_stamp AS kept ("table", stamp) VALUES (TG_TABLE_NAME, gen_random_uuid())
    ON CONFLICT ("table") DO UPDATE SET stamp = excluded.stamp;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("table", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("stamp", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION keeping_stamp()"),
    ]
