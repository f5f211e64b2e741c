"""The rules of docs/architecture.md, held against the source: floors, actions, templates, manifests, migrations."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

from tinhso.kernel.manifest import ServiceConfig, discover, services

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tinhso"
LONGEST_FILE = 600

# modules that change rows outside the actions, each with its reason
EXCEPTIONS = {
    "tinhso.kernel.audit.seal": "chains rows that actions wrote; nobody asks for it, and it is no event itself",
    "tinhso.blocks.identity.throttle": "counts tries outside the caller's transaction, so that a refusal does not undo the count",
}
# modules that only actions may call: the other half of one
HALVES = {
    "tinhso.blocks.directory.unit_loading": "the set-based statements of load_units",
    "tinhso.kernel.inserts": "new rows, by statements made once",
}


# ---- floors ----


def test_imports_only_go_down_and_services_never_import_each_other() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True) == 0


# ---- rows change only in actions ----

_ALWAYS = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
_SQL = re.compile(r"\s*(INSERT\s+INTO|UPDATE\s+\S+[\s\S]*\sSET\s|DELETE\s+FROM|COPY\s+\S+[\s\S]*\sFROM)\b")


@dataclass
class Function:
    """A function of a module, what it calls by name, and whether it changes rows with its own hands."""

    module: str
    name: str
    is_action: bool
    writes: bool
    calls: set[tuple[str, str]] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str]:
        return self.module, self.name

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def _changes_rows(node: ast.AST, statements: set[str]) -> bool:
    """Whether the node is a call of the ORM that writes, or a statement of SQL that does.

    Only a model's `save` and `delete` take no positional argument, and only a queryset's `update` nothing but keywords; those of
    dictionaries, digests, images and storages take some.
    """
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=args, keywords=keywords):
            if name == "update":
                return not args and bool(keywords)
            return name in _ALWAYS or (name in {"save", "delete"} and not args)
        case ast.Constant(value=str(text)):
            return bool(_SQL.match(text))
        case ast.Name(id=name, ctx=ast.Load()):
            return name in statements
    return False


def _module_name(file: Path) -> str:
    return ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


def _functions_of(module: str, source: str) -> Iterator[Function]:
    imported: dict[str, tuple[str, str]] = {}
    statements: set[str] = set()
    bodies: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.ImportFrom(module=str(origin), names=names):
                imported |= {alias.asname or alias.name: (origin, alias.name) for alias in names}
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if any(_changes_rows(part, set()) for part in ast.walk(value)):
                    statements.add(name)
            case ast.FunctionDef(name=name):
                bodies[name] = node
            case ast.ClassDef(name=name, body=body):
                bodies |= {f"{name}.{method.name}": method for method in body if isinstance(method, ast.FunctionDef)}
    for name, function in bodies.items():
        parts = list(ast.walk(function))
        called = {part.func.id for part in parts if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
        yield Function(
            module,
            name,
            is_action=any(isinstance(mark, ast.Name) and mark.id in {"action", "recording"} for mark in function.decorator_list),
            writes=any(_changes_rows(part, statements) for part in parts),
            calls={imported.get(one, (module, one)) for one in called},
        )


@cache
def functions() -> tuple[Function, ...]:
    files = sorted(file for file in SOURCE.rglob("*.py") if not {"tests", "migrations"} & set(file.parts))
    return tuple(one for file in files for one in _functions_of(_module_name(file), file.read_text(encoding="utf-8")))


def _holds_actions(module: str) -> bool:
    return module.endswith(".actions") or ".actions." in module or module in HALVES


def _writers(among: Iterable[Function]) -> list[Function]:
    """Functions that change rows outside an action of their own: by themselves, or through others that do."""
    others = [one for one in among if not one.is_action and one.module not in EXCEPTIONS]
    found: dict[tuple[str, str], Function] = {}
    while more := [one for one in others if one.key not in found and (one.writes or one.calls & found.keys())]:
        found |= {one.key: one for one in more}
    return list(found.values())


def test_rows_change_only_in_actions() -> None:
    """A door that writes, or that calls a helper of the actions directly, is caught; so is a helper outside their modules."""
    assert [str(one) for one in _writers(functions()) if not _holds_actions(one.module)] == []


@pytest.mark.parametrize(
    "body",
    [
        "case.save()",
        "Case.objects.filter(pk=1).update(status=9)",
        "Case.objects.bulk_create(rows)",
        "draft.delete()",
        "insert(Case(code='1'))",
        "insert_together([Case(code='1')])",
        'cursor.execute("UPDATE cases_case SET status = 9")',
        "cursor.execute(_STATEMENT)",
        "finish_step(step)",
    ],
)
def test_a_view_that_writes_is_found(body: str) -> None:
    view = f"""
from tinhso.blocks.cases.actions.work import finish_step
from tinhso.kernel.inserts import insert, insert_together
_STATEMENT = "DELETE FROM cases_case"
def view(request):
    {body}
"""
    found = _writers([*functions(), *_functions_of("tinhso.services.portal.views.new", view)])
    assert "tinhso.services.portal.views.new.view" in map(str, found)


@pytest.mark.parametrize("body", ["digest.update(content)", "found.update({1: 2})", "image.save(file)", "cache.delete('key')"])
def test_what_only_sounds_like_writing_is_left_alone(body: str) -> None:
    assert _writers(_functions_of("tinhso.services.portal.views.new", f"def view(request):\n    {body}")) == []


def test_actions_stand_in_modules_named_after_them() -> None:
    assert [str(one) for one in functions() if one.is_action and not _holds_actions(one.module)] == []


def test_every_exception_is_still_one() -> None:
    writing = {one.module for one in functions() if one.writes}
    assert (EXCEPTIONS.keys() | HALVES.keys()) - writing == set()


# ---- templates ----

_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
_INLINE = re.compile(
    r"""<style\b | \sstyle\s*= | \son[a-z]+\s*= | \shx-on\b | javascript: |
    <script\b(?![^>]*\b(?:src\s*=|type\s*=\s*"application/json"))""",
    re.VERBOSE | re.IGNORECASE,
)


def test_templates_hold_no_inline_style_or_script() -> None:
    """The content security policy would refuse them in the browser, and nobody would be told."""
    found = []
    for template in sorted(SOURCE.rglob("*.html")):
        text = _COMMENT.sub("", template.read_text(encoding="utf-8"))
        found += [f"{template.relative_to(ROOT)}: {match.group().strip()}" for match in _INLINE.finditer(text)]
    assert found == []


# ---- applications ----


def test_every_package_of_a_floor_is_an_application() -> None:
    packages = {
        f"tinhso.{floor}.{folder.name}"
        for floor in ("blocks", "services")
        for folder in (SOURCE / floor).iterdir()
        if (folder / "__init__.py").exists()
    }
    assert packages == set(discover("tinhso.blocks", "tinhso.services"))


@pytest.mark.parametrize("application", list(services()), ids=lambda config: config.label)
def test_an_application_says_what_it_is(application: ServiceConfig) -> None:
    assert str(application.manifest.title)
    if application.name.startswith("tinhso.services."):
        assert application.manifest.systems, "a service serves a row of docs/systems.md"
        assert application.manifest.prefix is not None
    prefix = application.manifest.prefix
    assert not prefix or (prefix.endswith("/") and not prefix.startswith("/"))


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# ---- files ----

_FOLDERS = ("src", "tests", "docs", "scripts", "bench", "deploy", ".ci", "requirements")
_MADE = {"__pycache__", "tinhso.egg-info", "node_modules"}
_CODE = {".py", ".html", ".css", ".js", ".sh", ".md"}
_TEXT = _CODE | {"", ".toml", ".json", ".bpmn", ".txt", ".po", ".lock", ".in", ".yml", ".yaml", ".svg", ".service", ".conf"}
_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w|[A-Z]:\\Users")
_REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)|npmjs\.org|deb\.debian\.org|proxy\.golang\.org")


def _files() -> Iterator[tuple[Path, str]]:
    places = [*(file for file in ROOT.iterdir() if file.is_file()), *(f for name in _FOLDERS for f in (ROOT / name).rglob("*"))]
    for file in sorted(places):
        if file.is_file() and file.suffix in _TEXT and not _MADE & set(file.parts) and not file.name.startswith(".coverage"):
            yield file, file.read_text(encoding="utf-8")


def test_no_source_file_is_longer_than_people_read() -> None:
    lengths = {str(file.relative_to(ROOT)): text.count("\n") for file, text in _files() if file.suffix in _CODE}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Paths of somebody's machine work nowhere else; addresses of registries keep people from using their own mirror."""
    found = []
    for file, text in _files():
        found += [f"{file.relative_to(ROOT)}: {m.group()}" for pattern in (_MACHINE, _REGISTRY) for m in pattern.finditer(text)]
    assert found == []


# ---- services read cases through their queries ----

_DIRECT = re.compile(r"\b(Case|Procedure)\.objects\b")


def test_services_read_cases_and_procedures_by_their_family_only() -> None:
    files = [file for file in (SOURCE / "services").rglob("*.py") if not {"tests", "migrations"} & set(file.parts)]
    assert [str(file) for file in files if _DIRECT.search(file.read_text(encoding="utf-8"))] == []
