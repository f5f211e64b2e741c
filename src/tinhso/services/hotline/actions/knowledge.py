"""Articles: written, approved by somebody else, read again on their day, withdrawn."""

from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils.text import slugify
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.text import compact, fold
from tinhso.services.hotline.actions.alone import one_at_a_time
from tinhso.services.hotline.knowledge_tables import Article, ArticleVersion

REVIEW_AFTER = timedelta(days=180)
_ADDRESSES = {"tim", "bai-moi"}  # of other pages


@action
def write_article(
    agency: Agency,
    *,
    by: Person,
    title: str,
    topic: str,
    body: str,
    keywords: str = "",
    kind: str = Article.Kind.ARTICLE,
    article: Article | None = None,
    at: datetime | None = None,
) -> ArticleVersion:
    """A new article, or a new version of one. Agents find it when somebody else has approved it.

    Raises:
        Invalid: something is missing.
    """
    require(by, "hotline.serve", at=agency)
    title, topic = " ".join(title.split())[:200], " ".join(topic.split())[:100]
    body = free_text(body, field="body")
    missing = {name: _("Hãy điền ô này.") for name, text in (("title", title), ("topic", topic), ("body", body)) if not text}
    if missing or kind not in Article.Kind.values:
        raise Invalid(_("Bài viết còn thiếu."), fields=missing)
    at = at or now()
    if article is None:
        one_at_a_time("articles")
        article = Article.objects.create(
            agency=agency,
            kind=kind,
            slug=_free_slug(title),
            title=title,
            topic=topic,
            owner=by,
            review_on=localdate(at) + REVIEW_AFTER,
        )
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.withdrawn_at:
        raise WrongState(_("Bài này đã thôi dùng."))
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    version = ArticleVersion.objects.create(
        article=article,
        number=last + 1,
        title=title,
        body=body,
        keywords=" ".join(keywords.split())[:300],
        topic=topic,
        author=by,
        written_at=at,
    )
    if article.published_id is None and article.topic != topic:
        Article.objects.filter(pk=article.pk).update(topic=topic)
    record("hotline.article_written", by=by, on=article, agency=agency, version=version.number)
    return version


def _free_slug(title: str) -> str:
    stem = slugify(fold(title))[:90] or "bai"
    taken = _ADDRESSES | set(Article.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if slug not in taken)


@action
def approve(version: ArticleVersion, *, by: Person, at: datetime | None = None) -> Article:
    """Let agents find a version, in place of the one before.

    Raises:
        NotAllowed: the author approves.
        WrongState: there is a newer version: it is the one to be read.
    """
    article = Article.objects.select_for_update(of=("self",)).select_related("agency", "published").get(pk=version.article_id)
    require(by, "hotline.publish", at=article.agency)
    if version.author_id == by.pk:
        raise NotAllowed(_("Người viết không tự duyệt bài của mình."))
    if article.versions.filter(number__gt=version.number).exists():
        raise WrongState(_("Đã có bản mới hơn. Hãy đọc bản mới rồi duyệt."))
    at = at or now()
    ArticleVersion.objects.filter(pk=version.pk).update(approved_by=by, approved_at=at)
    article.topic = version.topic or article.topic
    words = f"{version.title} {article.topic} {version.keywords}"
    article.published, article.title = version, version.title
    article.search = f"{fold(words)} {compact(words)} {fold(version.body)}"
    article.review_on = localdate(at) + REVIEW_AFTER
    article.save(update_fields=["published", "title", "topic", "search", "review_on"])
    record("hotline.article_approved", by=by, on=article, agency=article.agency, version=version.number)
    return article


@action
def still_right(article: Article, *, by: Person, review_on: date | None = None, at: datetime | None = None) -> None:
    """The owner, or who approves, has read it again and it is right; it is read again half a year later."""
    require(by, "hotline.serve", at=article.agency)
    if article.owner_id != by.pk:
        require(by, "hotline.publish", at=article.agency)
    Article.objects.filter(pk=article.pk).update(review_on=review_on or localdate(at or now()) + REVIEW_AFTER)
    record("hotline.article_reviewed", by=by, on=article, agency=article.agency)


@action
def withdraw_article(article: Article, *, by: Person, at: datetime | None = None) -> None:
    """Let agents find it no more; its versions stay."""
    require(by, "hotline.publish", at=article.agency)
    if article.withdrawn_at is None:
        Article.objects.filter(pk=article.pk).update(withdrawn_at=at or now())
        record("hotline.article_withdrawn", by=by, on=article, agency=article.agency)
