"""What the status page and `tinhso check` say of Open311; in a sample set-up the command alone names the key to try it with."""

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.services.reports.open311.keys import living_key, sample_secret
from tinhso.services.reports.open311.tables import ApiKey


def check_open311() -> list[Check]:
    place = (
        f"{settings.PUBLIC_URL}/open311/v2/, jurisdiction_id={settings.OPEN311_JURISDICTION}, media_url {settings.OPEN311_FETCH}"
    )
    if settings.SAMPLE != "none" and living_key(sample_secret()):
        return [Check("open311", "ok: demo", place, secret=f"api_key={sample_secret()}")]
    if ApiKey.objects.filter(revoked_at=None).exists():
        return [Check("open311", "ok", place)]
    return [Check("open311", "not configured", place, advice=_("Chỉ đọc được; cấp khóa gửi: tinhso reports key add TÊN"))]
