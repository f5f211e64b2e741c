"""The English side: a complete catalogue, pages without left-over Vietnamese, messages in both languages."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, make_town
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.models import Agency, CalendarDay, Person, Post, Unit
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.papers.models import Paper
from tinhso.services.portal.actions import start_draft

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tinhso"
CATALOGUE = Path("locale", "en", "LC_MESSAGES", "django.po")

# letters that only Vietnamese has
VIETNAMESE = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%%?\([^)]*\)[a-z]|%%?[sd]|\{\w*\}|<[^>]+>")
ALWAYS_VIETNAMESE = {"Tỉnh Số", "Tiếng Việt", "đồng"}


# ---- the catalogue ----


def _sentences(catalogue: Path, compiled: Path) -> dict[Any, str]:
    """The translated sentences; a plural is two entries, (sentence, 0) and (sentence, 1)."""
    subprocess.run(["msgfmt", "--check-format", "-o", compiled, catalogue], check=True)
    with compiled.open("rb") as file:
        found: dict[Any, str] = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make messages` would make of the catalogue now."""
    copy = tmp_path_factory.mktemp("sources") / "tinhso"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("static", "tests", "migrations", "__pycache__", "*.mo"))
    done = subprocess.run([ROOT / "scripts" / "messages", copy], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return copy / CATALOGUE


def test_every_sentence_of_the_sources_is_translated(renewed: Path) -> None:
    open_ones = subprocess.run(["msgattrib", "--untranslated", "--no-wrap", renewed], check=True, capture_output=True, text=True)
    sentences = re.findall(r'^msgid "(.+)"$', open_ones.stdout, re.MULTILINE)
    assert sentences == [], "make messages, then translate these in src/tinhso/locale"


def test_the_catalogue_holds_no_guesses_and_nothing_unused(renewed: Path, tmp_path: Path) -> None:
    for kind in ("--only-fuzzy", "--only-obsolete"):
        found = subprocess.run(["msgattrib", kind, SOURCE / CATALOGUE], check=True, capture_output=True, text=True)
        assert found.stdout == "", kind
    present, needed = (_sentences(path, tmp_path / "django.mo") for path in (SOURCE / CATALOGUE, renewed))
    assert present.keys() - needed.keys() == set(), "make messages"


def test_a_translation_has_the_placeholders_of_its_sentence(tmp_path: Path) -> None:
    for key, text in _sentences(SOURCE / CATALOGUE, tmp_path / "django.mo").items():
        sentence = key[0] if isinstance(key, tuple) else key
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(sentence)), sentence


def test_an_english_text_is_english(tmp_path: Path) -> None:
    quoted = re.compile("QĐ-TTg|đồng|Tỉnh Số")
    found = _sentences(SOURCE / CATALOGUE, tmp_path / "django.mo")
    assert [text for text in found.values() if VIETNAMESE.search(quoted.sub("", text))] == []


# ---- templates ----


def _page_templates() -> Iterator[Path]:
    """Templates of screens; papers and results are Vietnamese by law, the style guide shows Vietnamese samples."""
    for path in sorted(SOURCE.glob("**/templates/**/*.html")):
        if not {"papers", "styleguide", "tests"} & set(path.parts):
            yield path


def test_a_page_says_nothing_past_the_catalogue() -> None:
    through_gettext = re.compile(
        r"{#.*?#}|{% comment.*?endcomment %}|{% blocktranslate.*?endblocktranslate %}|{% translate .*?%}|"
        r"""_\(("[^"]*"|'[^']*')\)|""" + "|".join(ALWAYS_VIETNAMESE),
        re.DOTALL,
    )
    bare = {
        str(path.relative_to(SOURCE)): lines
        for path in _page_templates()
        if (lines := [line for line in through_gettext.sub("", path.read_text()).splitlines() if VIETNAMESE.search(line)])
    }
    assert bare == {}


def test_a_message_is_written_in_both_languages() -> None:
    texts = sorted(SOURCE.glob("**/templates/messages/*.txt"))
    names = {
        (path.parent, path.name.removesuffix(f".{language}.txt"), language) for path in texts for language in _language(path)
    }
    both = {(folder, name, language) for folder, name, _ in names for language in ("vi", "en")}
    assert names == both
    for folder, name, _ in names:
        vietnamese, english = ((folder / f"{name}.{language}.txt").read_text() for language in ("vi", "en"))
        assert not VIETNAMESE.search(english), name
        assert _facts(vietnamese) == _facts(english), name


def _language(path: Path) -> list[str]:
    return [suffix.lstrip(".") for suffix in path.suffixes[-2:-1]]


def _facts(text: str) -> set[str]:
    """The variables a message mentions; a name said in English (`procedure_en`) is the same fact."""
    return {name.removesuffix("_en") for name in re.findall(r"{{ (\w+)", text)}


# ---- pages ----


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def _left_over(page: str, data: set[str]) -> list[str]:
    """Vietnamese in a page's source, attributes included, when the names in the data are taken away."""
    initials = r'<span class="avatar-mark".*?</span>'
    shown = html.unescape(re.sub(rf"<(script|style)\b.*?</\1>|<!--.*?-->|{initials}", "", page, flags=re.DOTALL))
    for name in sorted(ALWAYS_VIETNAMESE | {settings.PROVINCE_NAME} | data, key=len, reverse=True):
        shown = shown.replace(name, "")
    return [line.strip() for line in shown.splitlines() if VIETNAMESE.search(line)]


PUBLIC = {
    "portal:home": 200,
    "portal:search": 200,
    "portal:follow": 200,
    "accounts:login": 200,
    "accounts:register": 200,
    "accounts:register_business": 200,
    "accounts:forgotten": 200,
    "verification:check": 200,
    "shared_data:search": 200,
    "status": 200,
    "offline": 200,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_is_english_for_who_chose_it(english: Client, name: str) -> None:
    answer = english.get(reverse(name))
    assert answer.status_code == PUBLIC[name]
    assert '<html lang="en"' in answer.text
    assert _left_over(answer.text, set()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "field"), [("portal:follow", "code"), ("accounts:login", "username")])
def test_what_is_wrong_is_said_in_english(english: Client, name: str, field: str) -> None:
    answer = english.post(reverse(name), {field: ""})
    assert "There is a problem" in answer.text
    assert _left_over(answer.text, set()) == []


@pytest.mark.django_db
def test_errors_are_english(english: Client) -> None:
    missing = english.get("/khong-co-trang-nay/")
    assert (missing.status_code, "Page not found" in missing.text) == (404, True)
    assert _left_over(missing.text, set()) == []
    stale = Client(enforce_csrf_checks=True)
    stale.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    refused = stale.post(reverse("portal:follow"))
    assert refused.status_code == 403
    assert _left_over(refused.text, set()) == []


@pytest.mark.django_db
def test_without_a_choice_the_page_is_vietnamese_whatever_the_browser_asks_for(client: Client) -> None:
    answer = client.get(reverse("portal:home"), headers={"accept-language": "en"})
    assert '<html lang="vi"' in answer.text


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


@pytest.fixture
def case(town: Town, tmp_path: Path) -> Case:
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001")), by=None)
    applicant = Applicant(name=town.citizen.full_name, identity_number="082190000123", person=town.citizen)
    answers = {"applicant": {"full_name": town.citizen.full_name, "copies": 2}}
    parts = {"don": HandedIn(on_paper=True)}
    return submit_case(version, answers, agency=town.agency, applicant=applicant, by=town.citizen, parts=parts, at=MONDAY)


def test_the_pages_of_an_applicant_are_english(english: Client, town: Town, case: Case) -> None:
    english.force_login(open_account(kind=Account.Kind.CITIZEN, person=town.citizen, username="anh", by=None))
    key = start_draft(case.version, agency=town.agency, by=town.citizen).key
    addresses = [
        reverse("portal:procedure", args=["9.000001"]),
        reverse("portal:begin", args=["9.000001"]),
        *(reverse(f"portal:{name}", args=[key]) for name in ("tasks", "documents", "check")),
        reverse("portal:section", args=[key, "applicant"]),
        reverse("portal:cases"),
        reverse("portal:case", args=[case.code]),
        reverse("messaging:notices"),
        reverse("accounts:profile"),
    ]
    _are_english(english, addresses)


def test_the_pages_of_an_office_are_english(english: Client, town: Town, case: Case) -> None:
    accept_case(case, by=town.clerk, at=MONDAY)
    at_work = {
        town.clerk: [
            "onestop:work",
            "onestop:reception",
            "onestop:counter",
            "onestop:cases",
            "accounts:verify",
            "accounts:tokens",
        ],
        town.specialist: ["onestop:work"],
        town.chairman: ["onestop:signing"],
        town.manager: ["figures:page"],
    }
    for person, names in at_work.items():
        english.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"staff{person.pk}", by=None))
        _are_english(english, [*map(reverse, names), reverse("onestop:case", args=[case.code])])
    english.force_login(Account.objects.get(person=town.clerk))
    _are_english(english, [reverse("onestop:counter_form", args=["9.000001"])])


def test_a_paper_is_vietnamese_though_its_officer_works_in_english(town: Town, case: Case) -> None:
    with override("en"):
        accept_case(case, by=town.clerk, at=MONDAY)
    receipt = case.papers.get().paper
    assert receipt.title == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    assert receipt.context["case"]["channel"] == "Trực tuyến"


def _are_english(client: Client, addresses: list[str]) -> None:
    names = _names_in_the_data()
    for address in addresses:
        answer = client.get(address, follow=True)
        assert (answer.status_code, _left_over(answer.text, names)) == (200, []), address


def _names_in_the_data() -> set[str]:
    """What stays Vietnamese in any language: names of places, agencies, people and posts, and the texts of procedures."""
    columns = [
        (Agency, "name"), (Agency, "short_name"), (Unit, "name"), (Unit, "short_name"), (Person, "full_name"),
        (Post, "title"), (CalendarDay, "reason"), (Paper, "title"),
    ]  # fmt: skip
    names = {name for model, column in columns for name in _texts(list(model.objects.values_list(column, flat=True)))}
    for version in ProcedureVersion.objects.all():
        names.update(_texts(version.definition), _texts(json.loads(version.files["form.schema.json"])))
        names.update(_texts(version.graph))
    return names


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and VIETNAMESE.search(value):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(below)
