"""What agents know: articles and scripts, each with an owner, a day of review, versions and an approval."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Article(models.Model):
    """An answer agents read out, or a script of what to ask. What they find is its approved version."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Bài")
        SCRIPT = "script", _("Kịch bản")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", help_text="whose line it is for")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    topic = models.CharField(max_length=100, help_text="such as Hộ tịch; a script is shown for its topic")
    owner = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", help_text="who keeps it right")
    review_on = models.DateField(help_text="by when the owner reads it again")
    withdrawn_at = models.DateTimeField(null=True)
    published = models.ForeignKey(
        "hotline.ArticleVersion", models.PROTECT, null=True, related_name="+", help_text="what is found"
    )
    search = models.TextField(blank=True, help_text="the published version, folded, with and without spaces")

    class Meta:
        indexes = [
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="hotline_article_search"),
            models.Index(fields=["review_on"], name="hotline_article_review", condition=Q(withdrawn_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """One text of an article. It is found when somebody other than its author has approved it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    keywords = models.CharField(max_length=300, blank=True)
    topic = models.CharField(max_length=100, blank=True, db_default="", help_text="the article's once this is found")
    author = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="hotline_version_once"),
            models.CheckConstraint(condition=Q(approved_by=None) | ~Q(approved_by=F("author")), name="hotline_version_by_two"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of article {self.article_id}"
