from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, Role, ServiceConfig


class PapersConfig(ServiceConfig):
    """Slips, letters and results as PDF/A in the layout of Decree 30/2020, rendered once and kept unchanged."""

    name = "tinhso.blocks.papers"
    label = "papers"
    verbose_name = _("Giấy tờ điện tử")
    manifest = Manifest(
        title=_("Giấy tờ điện tử"),
        roles=(Role("signer", _("Người ký"), frozenset({"papers.sign", "papers.withdraw"}), personal=True),),
    )

    def checks(self) -> list[Check]:
        from tinhso.blocks.papers.fonts import FAMILY, font_file, missing_letters

        part, advice = "font", "apt-get install fonts-liberation2"
        for style in ("Regular", "Bold", "Italic", "Bold Italic"):
            file = font_file(style)
            if file is None:
                return [Check(part, "failed", gettext("chưa cài phông {font}").format(font=f"{FAMILY} {style}"), advice)]
            if letters := missing_letters(file):
                return [
                    Check(
                        part,
                        "failed",
                        gettext("{font} thiếu chữ {letters}").format(font=file.name, letters=letters),
                        gettext("{command}; gỡ fonts-liberation").format(command=advice),
                    )
                ]
        return [Check(part, "ok", gettext("{font}, đủ chữ Việt").format(font=FAMILY))]
