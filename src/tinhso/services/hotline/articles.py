"""Finding what agents know. What is found is approved and in use."""

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.text import fold
from tinhso.services.hotline.knowledge_tables import Article, ArticleVersion

_SHOWN = 8


def articles_for(person: Person) -> QuerySet[Article]:
    """Articles of the lines the person reads for."""
    agencies = grants(person).agencies_for("hotline.read")
    return Article.objects.filter(agency__in=agencies, withdrawn_at=None).select_related("owner", "published")


def find_articles(person: Person, text: str, *, kind: str = Article.Kind.ARTICLE) -> list[Article]:
    """Approved articles that hold every word, without regard to accents; those with the words in the title first."""
    found = articles_for(person).filter(kind=kind).exclude(published=None)
    words = fold(text).split()
    for word in words:
        found = found.filter(search__contains=word)
    if not words:
        return list(found.order_by("title")[:_SHOWN])
    in_title = Q()
    for word in words:
        in_title &= Q(slug__contains=word)
    rank = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(found.annotate(rank=rank).order_by("rank", "title")[:_SHOWN])


def article_for(person: Person, slug: str) -> Article:
    """The only way to an article.

    Raises:
        NotFound: there is none, or it is of a line the person does not read for.
    """
    found = articles_for(person).select_related("agency").filter(slug=slug).first()
    if found is None:
        raise NotFound(_("Không có bài này trong kho tri thức."))
    return found


def overdue(person: Person, today: date) -> QuerySet[Article]:
    """Whose day of review has passed, the longest first."""
    return articles_for(person).filter(review_on__lt=today).order_by("review_on", "title")


def waiting_for_approval(person: Person) -> list[ArticleVersion]:
    """Versions newer than the one found, which the person may approve."""
    agencies = grants(person).agencies_for("hotline.publish")
    rows = ArticleVersion.objects.filter(article__agency__in=agencies, article__withdrawn_at=None, approved_at=None)
    newest = rows.select_related("article__published", "author").order_by("article", "-number").distinct("article")
    return [row for row in newest if not row.article.published or row.article.published.number < row.number]
