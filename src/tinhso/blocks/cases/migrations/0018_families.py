"""The family of procedures and cases, their places and links. New columns have a constant default: no row is rewritten.

Figures of the one-stop shop count public procedures: other families get no row of facts.
"""

from importlib import import_module

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

_CODES = ("procedure", "report", "hotline")
_before = import_module("tinhso.blocks.cases.migrations.0006_figures")
_KEEP_BEFORE, _TRIGGER_BEFORE = (
    text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for text in (_before._KEEP, _before._TRIGGER)
)
_RECEIVED = "c.received_at IS NOT NULL"
_KEEP, _TRIGGER = (text.replace(_RECEIVED, f"{_RECEIVED} AND c.family = 'procedure'") for text in (_KEEP_BEFORE, _TRIGGER_BEFORE))


def _family(**options: object) -> models.CharField:
    return models.CharField(max_length=10, default="procedure", db_default="procedure", db_collation="C", **options)


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_papers_handed_in"), ("directory", "0002_tables")]

    operations = [
        migrations.AddField("procedure", "family", _family()),
        migrations.AddField("case", "family", _family(help_text="that of its procedure")),
        AddConstraintNotValid("procedure", models.CheckConstraint(condition=Q(family__in=_CODES), name="procedure_family_known")),
        AddConstraintNotValid("case", models.CheckConstraint(condition=Q(family__in=_CODES), name="case_family_known")),
        migrations.RunSQL(_KEEP + _TRIGGER, _KEEP_BEFORE + _TRIGGER_BEFORE),
        migrations.CreateModel(
            name="CasePlace",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="place",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(null=True, srid=4326)),
                (
                    "accuracy_m",
                    models.PositiveIntegerField(
                        help_text="as the device said; null: pointed at on a map, or not known", null=True
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=300)),
                (
                    "unit",
                    models.ForeignKey(
                        help_text="in force that day",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("point__isnull", False), Q(("address", ""), _negated=True), _connector="OR"),
                        name="place_is_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=Q(("accuracy_m", None), ("point__isnull", False), _connector="OR"),
                        name="place_accuracy_of_point",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="CaseLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("duplicate", "Trùng với"), ("split", "Tách từ")], max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.person",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="cases.case",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="linked", to="cases.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind"), name="case_linked_once_a_kind"),
                    models.CheckConstraint(condition=Q(("case", F("of")), _negated=True), name="case_not_linked_to_itself"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(db_collation="C", max_length=10)),
                ("number", models.PositiveIntegerField()),
                ("rules", models.JSONField()),
                ("note", models.TextField(blank=True, help_text="why it was changed")),
                ("drafted_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("valid_from", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.person",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.person",
                    ),
                ),
                (
                    "fallback",
                    models.ForeignKey(
                        help_text="the desk for what no rule fits",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("family", "number"), name="routing_number"),
                    models.UniqueConstraint(
                        condition=Q(("approved_at__isnull", True)), fields=("family",), name="one_routing_draft_a_family"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("approved_at__isnull", True), ("valid_from__isnull", True)),
                            Q(("approved_at__isnull", False), ("valid_from__isnull", False)),
                            _connector="OR",
                        ),
                        name="routing_approved_is_valid",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("approved_by", None),
                            ("drafted_by", None),
                            Q(("approved_by", F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="routing_approved_by_another",
                    ),
                ]
            },
        ),
    ]
