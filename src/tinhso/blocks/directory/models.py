"""What everything else refers to: places, agencies, posts, people, businesses, days off, numbers."""

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _


class Fold(Func):
    """`tinhso.kernel.text.fold` inside the database."""

    function = "tinhso_fold"
    output_field = models.TextField()


class Compact(Fold):
    """`tinhso.kernel.text.compact` inside the database."""

    template = "replace(%(function)s(%(expressions)s), ' ', '')"


class DateRange(Func):
    """The days from `valid_from` to `valid_to`, both included; null is open."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self) -> None:
        super().__init__("valid_from", "valid_to", RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class UnitLevel(models.IntegerChoices):
    PROVINCE = 1, _("Cấp tỉnh")
    DISTRICT = 2, _("Cấp huyện")
    COMMUNE = 3, _("Cấp xã")


class UnitKind(models.TextChoices):
    PROVINCE = "province", _("Tỉnh")
    CENTRAL_CITY = "central_city", _("Thành phố")
    URBAN_DISTRICT = "urban_district", _("Quận")
    RURAL_DISTRICT = "rural_district", _("Huyện")
    TOWN = "town", _("Thị xã")
    CITY = "city", _("Thành phố thuộc tỉnh")
    WARD = "ward", _("Phường")
    COMMUNE = "commune", _("Xã")
    TOWNSHIP = "township", _("Thị trấn")
    SPECIAL_ZONE = "special_zone", _("Đặc khu")


class Unit(models.Model):
    """An administrative unit during one period of validity. A code outlives its unit: 82 was Tiền Giang, now is Đồng Tháp."""

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=100, help_text="official name with its kind: Phường Mỹ Tho")
    short_name = models.CharField(max_length=100, help_text="name without its kind, unless that is a number: Mỹ Tho, Phường 4")
    kind = models.CharField(max_length=20, choices=UnitKind)
    level = models.PositiveSmallIntegerField(choices=UnitLevel)
    valid_from = models.DateField(null=True, help_text="first day; null: not known, but not after known_from")
    valid_to = models.DateField(null=True, help_text="last day; null: in force")
    known_from = models.DateField(help_text="from this day on our sources vouch for the unit")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    centre = models.PointField(null=True)
    area_km2 = models.FloatField(null=True)
    source = models.CharField(max_length=300, blank=True)
    search = models.GeneratedField(expression=Compact("name"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = _("đơn vị hành chính")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_from", nulls_distinct=False),
            models.CheckConstraint(condition=Q(valid_from=None) | Q(valid_from__lte=F("known_from")), name="unit_known_from"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("known_from")), name="unit_valid_to"),
            ExclusionConstraint(
                name="unit_code_one_at_a_time",
                expressions=[("code", RangeOperators.EQUAL), (DateRange(), RangeOperators.OVERLAPS)],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="unit_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["level", "code"], name="unit_level"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitChange(models.Model):
    """One unit, wholly or in part, became another on a day."""

    predecessor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="origins")
    on = models.DateField(help_text="first day of the successor")
    act = models.CharField(max_length=200, blank=True)
    whole = models.BooleanField(default=True, help_text="false: the predecessor was split between several successors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["predecessor", "successor"], name="unit_change_once")]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class UnitLoad(models.Model):
    """One loading of the list of units, with what it changed."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    source = models.CharField(max_length=100)
    changes = models.JSONField()

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y}: {self.source}"


class AgencyKind(models.TextChoices):
    COMMITTEE = "committee", _("Ủy ban nhân dân")
    DEPARTMENT = "department", _("Cơ quan chuyên môn")
    OFFICE = "office", _("Văn phòng")
    SERVICE_CENTRE = "service_centre", _("Trung tâm phục vụ hành chính công")
    PUBLIC_UNIT = "public_unit", _("Đơn vị sự nghiệp")


class Agency(models.Model):
    """A state agency or a part of one."""

    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100)
    code = models.CharField(max_length=35, unique=True, null=True, help_text="identifier after Decision 20/2020, e.g. H58.05")
    kind = models.CharField(max_length=20, choices=AgencyKind)
    level = models.PositiveSmallIntegerField(choices=UnitLevel)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="agencies")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, unique=True, null=True, help_text="ids from the root: 000001.000017.000240.")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    active = models.BooleanField(default=True)
    assigns = models.BooleanField(
        default=False, db_default=False, help_text="it has policies by which steps that open there find somebody"
    )
    search = models.GeneratedField(expression=Fold("name"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = _("cơ quan")
        indexes = [GinIndex(fields=["search"], name="agency_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class Sex(models.TextChoices):
    MALE = "male", _("Nam")
    FEMALE = "female", _("Nữ")


class Person(models.Model):
    """A natural person: citizen or official. `sort_key` orders by given name, `search` ignores accents."""

    full_name = models.CharField(max_length=150)
    sort_key = models.CharField(max_length=400, db_collation="C", db_index=True)
    search = models.GeneratedField(expression=Fold("full_name"), output_field=models.TextField(), db_persist=True)
    sex = models.CharField(max_length=10, choices=Sex, blank=True)
    date_of_birth = models.DateField(null=True)
    identity_number = models.CharField(max_length=12, unique=True, null=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    residence = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("người")
        constraints = [
            models.CheckConstraint(
                condition=Q(identity_number=None) | Q(identity_number__regex=r"^[0-9]{12}$"), name="person_identity_number"
            )
        ]
        indexes = [
            GinIndex(fields=["search"], name="person_search", opclasses=["gin_trgm_ops"]),
            models.Index(Upper("email"), name="person_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.full_name


class Post(models.Model):
    """A post at an agency, held by persons one after another or together. Its roles are what its holders may do."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=150)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    signs = models.CharField(max_length=150, blank=True, help_text="signing authority above the name: CHỦ TỊCH, KT. CHỦ TỊCH")
    order = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("vị trí việc làm")
        constraints = [models.UniqueConstraint(fields=["agency", "title"], name="post_title")]

    def __str__(self) -> str:
        return f"{self.title}, {self.agency}"


class Tenure(models.Model):
    """A person holds a post from a day to a day, both included; in place of its holder while that one is away, or beside them."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tenures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tenures")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    in_place_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="stand_ins")
    beside = models.BooleanField(
        default=False, db_default=False, help_text="the holder is there and goes on working; work is shared for these days"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="tenure_dates"),
            models.CheckConstraint(condition=Q(in_place_of=None) | Q(valid_to__isnull=False), name="tenure_stand_in_ends"),
            ExclusionConstraint(
                name="tenure_held_once",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (DateRange(), RangeOperators.OVERLAPS),
                ],
                condition=Q(in_place_of=None),
            ),
            ExclusionConstraint(
                name="tenure_one_stand_in",
                expressions=[("in_place_of", RangeOperators.EQUAL), (DateRange(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.post}"


class Business(models.Model):
    """An enterprise, cooperative or business household, known by its tax code."""

    tax_code = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=300)
    search = models.GeneratedField(expression=Fold("name"), output_field=models.TextField(), db_persist=True)
    representative = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="businesses")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        verbose_name = _("doanh nghiệp")
        indexes = [GinIndex(fields=["search"], name="business_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """The week an agency and those below it work during one period of validity; outside all of them it is the parent's."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="opening_hours")
    valid_from = models.DateField(null=True, help_text="first day; null: since always")
    valid_to = models.DateField(null=True, help_text="last day; null: until further notice")
    week = models.JSONField(help_text='{"mon": ["07:00-11:30", "13:30-17:00"], …}; a weekday not named is a day of rest')
    source = models.CharField(max_length=300, blank=True, help_text="number and date of the decision or notice")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="opening_hours_dates"),
            ExclusionConstraint(
                name="opening_hours_one_at_a_time",
                expressions=[("agency", RangeOperators.EQUAL), (DateRange(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.valid_from} – {self.valid_to}"


class DayKind(models.TextChoices):
    OFF = "off", _("Nghỉ")
    WORKING = "working", _("Làm việc")


class CalendarDay(models.Model):
    """A day off, or a working day where the week says otherwise; for one agency and those below it, or for all (null)."""

    date = models.DateField()
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, related_name="calendar_days")
    kind = models.CharField(max_length=10, choices=DayKind)
    hours = models.JSONField(null=True, help_text='["07:00-11:30"]; null: the usual hours')
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=300, blank=True, db_default="", help_text="number and date of the decree or notice")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "date"], name="calendar_day_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y}: {self.reason}"


class CalendarVersion(models.Model):
    """One row; its number grows with every change of a day or of an agency's hours, so that every process sees it."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class NumberSeries(models.Model):
    """The last number given in a series without gaps."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    period = models.CharField(max_length=20)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "period"], name="number_series")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.kind} {self.period}: {self.last}"
