"""How well the line serves: what a supervisor goes through, and what people say."""

from django.db import models
from django.db.models import Q

_ONE_OF = Q(call__isnull=False, conversation=None) | Q(call=None, conversation__isnull=False)


class QualityReview(models.Model):
    """A supervisor's score sheet for one call or conversation."""

    call = models.OneToOneField("hotline.Call", models.CASCADE, null=True, related_name="review")
    conversation = models.OneToOneField("hotline.Conversation", models.CASCADE, null=True, related_name="review")
    reviewer = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    scores = models.JSONField(help_text="0, 1 or 2 by criterion")
    total = models.PositiveSmallIntegerField(help_text="out of 100")
    comment = models.CharField(max_length=1000, blank=True)
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total__lte=100), name="hotline_review_total"),
            models.CheckConstraint(condition=_ONE_OF, name="hotline_review_of_one"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class Pick(models.Model):
    """A call or conversation that was drawn by lot for the sample of an agent's week."""

    line = models.ForeignKey("hotline.Line", models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey("hotline.Agent", models.CASCADE, related_name="+", db_index=False)
    week = models.DateField(help_text="its Monday")
    call = models.OneToOneField("hotline.Call", models.CASCADE, null=True, related_name="+")
    conversation = models.OneToOneField("hotline.Conversation", models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=_ONE_OF, name="hotline_pick_of_one")]
        indexes = [models.Index(fields=["line", "-week", "agent"], name="hotline_pick_week")]

    def __str__(self) -> str:
        return f"pick {self.pk}"


class Survey(models.Model):
    """Somebody was asked how content they are: 1 (not at all) to 5. mark: null until they say so."""

    line = models.ForeignKey("hotline.Line", models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey("hotline.Agent", models.PROTECT, null=True, related_name="+", db_index=False)
    call = models.OneToOneField("hotline.Call", models.CASCADE, null=True, related_name="survey")
    conversation = models.OneToOneField("hotline.Conversation", models.CASCADE, null=True, related_name="survey")
    code = models.CharField(max_length=12, unique=True, help_text="the key to the page; in the message only")
    contact = models.CharField(max_length=254, blank=True, help_text="where it was asked; nobody is asked twice in a week")
    asked_at = models.DateTimeField()
    mark = models.PositiveSmallIntegerField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF, name="hotline_survey_of_one"),
            models.CheckConstraint(condition=Q(mark=None) | Q(mark__gte=1, mark__lte=5), name="hotline_survey_mark"),
        ]
        indexes = [
            models.Index(fields=["line", "asked_at"], name="hotline_survey_asked"),
            models.Index(fields=["contact", "-asked_at"], name="hotline_survey_contact", condition=~Q(contact="")),
        ]

    def __str__(self) -> str:
        return f"survey {self.pk}"
