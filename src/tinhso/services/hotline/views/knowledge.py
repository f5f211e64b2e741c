"""What agents know: found while typing, written, approved, read again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.knowledge import approve, still_right, withdraw_article, write_article
from tinhso.services.hotline.articles import article_for, articles_for, find_articles, overdue, waiting_for_approval
from tinhso.services.hotline.knowledge_tables import Article
from tinhso.services.hotline.queries import line_for


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """All articles by topic, those to approve, those whose review is overdue."""
    require(request.person, "hotline.read")
    asked, today = request.GET.get("q", "")[:100], localdate()
    late = list(overdue(request.person, today))
    if asked:
        rows = [*find_articles(request.person, asked), *find_articles(request.person, asked, kind=Article.Kind.SCRIPT)]
    else:
        rows = list(articles_for(request.person).order_by("topic", "title")[:500])
    context = {
        "asked": asked,
        "rows": rows,
        "late": late,
        "late_ids": {article.pk for article in late},
        "waiting": waiting_for_approval(request.person),
        "writes": allowed(request.person, "hotline.serve"),
        "filters": [
            {"name": "q", "label": _("Tìm bài"), "kind": "search", "value": asked, "placeholder": _("khai sinh, le phi…")}
        ],
    }
    return render(request, "hotline/articles.html", context)


@require_safe
@staff_only
def found(request: PersonRequest) -> HttpResponse:
    """What is found while typing, beside the call."""
    require(request.person, "hotline.read")
    text = request.GET.get("q", "")[:100]
    return render(request, "hotline/found.html", {"articles": find_articles(request.person, text), "asked": text})


@require_safe
@staff_only
def article(request: PersonRequest, slug: str) -> HttpResponse:
    """One article with its versions; alone in a part of the desk when asked from there."""
    require(request.person, "hotline.read")
    shown = article_for(request.person, slug)
    context = {
        "article": shown,
        "version": shown.published,
        "versions": list(shown.versions.select_related("author", "approved_by").order_by("-number")),
        "late": shown.review_on < localdate(),
        "publishes": allowed(request.person, "hotline.publish", at=shown.agency),
        "writes": allowed(request.person, "hotline.serve", at=shown.agency),
        "mine": shown.owner_id == request.person.pk,
        "breadcrumbs": [(_("Kho tri thức"), reverse("hotline:articles")), (shown.title, "")],
    }
    part = request.headers.get("HX-Request")
    return render(request, "hotline/article_part.html" if part else "hotline/article.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def write(request: PersonRequest, slug: str = "") -> HttpResponse:
    """A new article, or a new version of one."""
    require(request.person, "hotline.serve")
    shown = article_for(request.person, slug) if slug else None
    agency = shown.agency if shown else _agency(request)
    problem: DomainError | None = None
    entered: dict[str, str] = {"kind": Article.Kind.ARTICLE}
    if shown:
        newest = shown.versions.order_by("-number").first()
        entered = {"title": shown.title, "topic": shown.topic, "kind": shown.kind}
        entered |= {"body": newest.body, "keywords": newest.keywords, "topic": newest.topic or shown.topic} if newest else {}
    if request.method == "POST":
        entered = {name: request.POST.get(name, "") for name in ("title", "topic", "body", "keywords")}
        entered["kind"] = shown.kind if shown else request.POST.get("kind", "")
        try:
            version = write_article(
                agency,
                by=request.person,
                article=shown,
                kind=entered["kind"],
                title=entered["title"],
                topic=entered["topic"],
                body=entered["body"],
                keywords=entered["keywords"],
            )
            messages.success(request, _("Đã lưu. Bài được tìm thấy khi người khác duyệt."))
            return redirect("hotline:article", slug=version.article.slug)
        except DomainError as error:
            problem = error
    topics = sorted(set(articles_for(request.person).values_list("topic", flat=True)))
    context = {
        "article": shown,
        "entered": entered,
        "problem": problem,
        "kinds": Article.Kind.choices,
        "topics": topics,
        "breadcrumbs": [(_("Kho tri thức"), reverse("hotline:articles")), (shown.title if shown else _("Bài mới"), "")],
    }
    return render(request, "hotline/write.html", context, status=problem.status if problem else 200)


def _agency(request: PersonRequest) -> Agency:
    """Whose line a new article is for."""
    return line_for(request.person, "hotline.serve").agency


@require_POST
@staff_only
def acted(request: PersonRequest, slug: str, act: str) -> HttpResponse:
    """Approve a version, say that it is still right, withdraw."""
    require(request.person, "hotline.serve")
    shown = article_for(request.person, slug)
    try:
        if act == "duyet":
            version = shown.versions.filter(number=min(whole_number(request.POST.get("version")) or 0, 32767)).first()
            if version is None:
                raise NotFound(_("Không có bản nào để duyệt."))
            approve(version, by=request.person)
            messages.success(request, _("Đã duyệt."))
        elif act == "van-dung":
            still_right(shown, by=request.person)
            messages.success(request, _("Đã ghi là vẫn đúng."))
        elif act == "thoi-dung":
            withdraw_article(shown, by=request.person)
            messages.success(request, _("Bài đã thôi dùng."))
            return redirect("hotline:articles")
        else:
            raise NotFound(_("Không có việc này."))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("hotline:article", slug=slug)
