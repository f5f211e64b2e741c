"""The tables of an empty database, in an eighth of the time.

After each step Django makes the classes of all models anew that are related to the one that changed: here nearly all, hundreds
of times. A step that adds a model, a field, an index or a condition looks at its own model alone, and so does one that alters a
field nothing refers to: that model is enough. For any other step, and at the end, all are made anew. A test compares
the tables with those that Django makes by itself. A database in service is always left to Django.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate as command
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState


class _Sparing(ProjectState):
    alone = False

    def add_model(self, model_state: ModelState) -> None:
        self.alone = True
        super().add_model(model_state)
        self.alone = False

    def add_field(self, *words: Any, **options: Any) -> None:
        self.alone = True
        super().add_field(*words, **options)
        self.alone = False

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" not in vars(self):
            return
        if self.alone or delay:
            self._reload({(app_label, model_name)})  # type: ignore[attr-defined]
        else:
            self.make_all_anew()

    def reload_models(self, models: Any, delay: bool = True) -> None:
        if "apps" in vars(self):
            self.make_all_anew()

    def make_all_anew(self) -> None:
        self.clear_delayed_apps_cache()
        vars(self).pop("apps", None)
        assert self.apps  # noqa: S101 - made by asking


class _Executor(MigrationExecutor):
    def apply_migration(self, state: Any, migration: Migration, fake: bool = False, fake_initial: bool = False) -> Any:
        if any(isinstance(step, RunPython) for step in migration.operations):
            state.make_all_anew()
        return super().apply_migration(state, migration, fake, fake_initial)

    def migrate(self, targets: Any, plan: Any = None, state: Any = None, fake: bool = False, fake_initial: bool = False) -> Any:
        state.__class__ = _Sparing
        state = super().migrate(targets, plan, state, fake, fake_initial)
        state.make_all_anew()
        return state


@contextmanager
def sparing() -> Iterator[None]:
    """Meanwhile `migrate` works as said above."""
    usual = command.MigrationExecutor  # type: ignore[attr-defined]
    command.MigrationExecutor = _Executor  # type: ignore[attr-defined]
    try:
        yield
    finally:
        command.MigrationExecutor = usual  # type: ignore[attr-defined]
