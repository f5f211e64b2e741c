"""Answers of a form as a column."""

from typing import Any

from django.db import models


class AnswersField(models.JSONField):
    """The answers of a form. Files stand in them by their ids, so that what they name is kept (`blocks/files/references.py`)."""

    names_files = True

    def deconstruct(self) -> Any:
        """The database knows no difference."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
