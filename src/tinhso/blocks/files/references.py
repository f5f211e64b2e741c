"""What refers to stored files. The models say it themselves: by foreign keys, and by JSON fields marked `names_files`."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Exists, Func, JSONField, OuterRef, QuerySet
from django.db.models.functions import Cast

from tinhso.blocks.files.models import StoredFile

GRACE = timedelta(days=7)
"""How long a file may lie about before something refers to it: a form may stay open, an upload may be chosen anew."""


class _NumbersIn(Func):
    """Every whole number in a JSON value, however deep: rather one file kept too many than one lost."""

    function = "jsonb_path_query"
    template = """%(function)s(%(expressions)s, '$.** ? (@.type() == "number" && @ >= 1 && @ <= 9223372036854775807)')"""
    output_field = JSONField()
    set_returning = True


def unused_files(*, at: datetime) -> list[int]:
    """Ids of the files that nothing has referred to since before the grace period.

    One statement, so that a file on its way from a draft to a case is seen in one of them.
    """
    old = StoredFile.objects.filter(created_at__lt=at - GRACE)
    for relation in _foreign_keys():
        holders = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        old = old.exclude(Exists(holders))
    return sorted(old.values_list("pk", flat=True).difference(*_named()))


def _foreign_keys() -> list[Any]:
    """Every relation to a stored file, also those without a way back."""
    return [field for field in StoredFile._meta.get_fields(include_hidden=True) if field.auto_created and not field.concrete]


def _named() -> list[QuerySet[Any, int]]:
    """The numbers in all answers, which may be ids of files."""
    return [
        model._base_manager.annotate(named=Cast(_NumbersIn(field.name), BigIntegerField())).values_list("named", flat=True)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if getattr(field, "names_files", False)
    ]
