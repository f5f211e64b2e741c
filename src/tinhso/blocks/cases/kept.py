"""The contents of procedure versions, kept by each process.

Forms, processes and templates are large, the same for thousands of cases, and never change under one content hash. Queries leave
them out (`.defer(*CONTENTS)`); they are read when first asked for, once per process.
"""

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

CONTENTS = ("version__definition", "version__graph", "version__files")
_MOST = 1_000
_read: dict[tuple[str, str], Any] = {}


class _KeptContent(DeferredAttribute):
    """Stands for a field that the query left out."""

    field: models.Field

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        values, name = instance.__dict__, self.field.attname
        if name not in values:
            key = (instance.content_hash, name)
            if key not in _read:
                if len(_read) >= _MOST:
                    _read.clear()
                _read[key] = super().__get__(instance, cls)
            values[name] = _read[key]
        return values[name]


class ContentField(models.JSONField):
    """JSON that follows from the row's `content_hash`. To be read only: the value is shared."""

    descriptor_class = _KeptContent

    def deconstruct(self) -> Any:
        """The database knows no difference."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
