"""What searching and periods of validity need from the database; both extensions are trusted, so the owner may create them."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

# the same as tinhso.kernel.text.fold; a test holds the two against each other
FOLD = r"""
CREATE OR REPLACE FUNCTION tinhso_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    lower(translate(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'), 'đĐ', 'dd')),
    '\s+', ' ', 'g'))
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION tinhso_fold(text)"),
    ]
