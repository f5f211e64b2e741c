"""Certificates come and go, papers are signed and sealed."""

from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.esignature.appearance import SEAL_DIAMETER, Mark, Seal
from tinhso.blocks.esignature.authority import SAMPLE_MARK, issue_certificate, revocation_lists
from tinhso.blocks.esignature.keys import key_store
from tinhso.blocks.esignature.models import Certificate, SignatureRecord, SignatureRole
from tinhso.blocks.esignature.queries import revoked_until
from tinhso.blocks.esignature.signing import Place, add_long_term_proof, sign_pdf
from tinhso.blocks.esignature.timestamps import uses_sample_authority
from tinhso.blocks.papers.actions import attach_signed, pdf_of, refuse_unless_signable
from tinhso.blocks.papers.models import Paper
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import WrongState
from tinhso.kernel.permissions import require

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Post

PERSON_FIELD = "NguoiKy"
AGENCY_FIELD = "CoQuan"
# with an outside timestamp authority its revocation data is not ours to embed
LEVEL, LEVEL_WITH_OUTSIDE_TIMESTAMPS = "B-LTA", "B-T"


@action
def ensure_certificate(owner: Person | Agency, *, at: datetime | None = None) -> Certificate:
    """The owner's certificate in force at `at`; the sample authority issues one when there is none. One at a time per owner."""
    at = at or now()
    field = "agency" if isinstance(owner, Agency) else "person"
    found = _certificate_in_force(field, owner, at)
    if found:
        return found
    type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)  # one key, however many ask
    return _certificate_in_force(field, owner, at) or _issue(field, owner, at)


def _certificate_in_force(field: str, owner: Person | Agency, at: datetime) -> Certificate | None:
    """The newest one whose key is at hand."""
    found = Certificate.objects.filter(**{field: owner}, revoked_at=None, not_before__lte=at, not_after__gte=at).order_by("-pk")
    return next((certificate for certificate in found if key_store(certificate.adapter).holds(certificate.key_reference)), None)


def _issue(field: str, owner: Person | Agency, at: datetime) -> Certificate:
    store = key_store()
    reference = store.generate()
    is_agency = isinstance(owner, Agency)
    name = owner.name if isinstance(owner, Agency) else owner.full_name
    issued = issue_certificate(store.public_key(reference), name=name, organization=name if is_agency else "", now=max(at, now()))
    certificate = Certificate.objects.create(
        **{field: owner},
        serial=f"{issued.serial_number:x}",
        subject=issued.subject.rfc4514_string(),
        issuer=issued.issuer.rfc4514_string(),
        not_before=issued.not_valid_before_utc,
        not_after=issued.not_valid_after_utc,
        pem=issued.public_bytes(serialization.Encoding.PEM).decode(),
        key_reference=reference,
    )
    record(
        "esignature.certificate_issued", by=None, on=certificate, agency=owner if is_agency else None, serial=certificate.serial
    )
    return certificate


@action
def revoke_certificate(certificate: Certificate, *, by: Person, at: datetime | None = None) -> Certificate:
    """Take a certificate out of use; signatures proven to be older stay valid.

    Raises:
        NotAllowed: `by` does not administer certificates.
        WrongState: it is revoked already.
    """
    require(by, "esignature.manage", at=certificate.agency)
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at:
        raise WrongState(_("Chứng thư số này đã bị thu hồi."))
    locked.revoked_at = at or now()
    locked.save(update_fields=["revoked_at"])
    record("esignature.certificate_revoked", by=by, on=locked, agency=locked.agency, serial=locked.serial)
    return locked


@action
def sign_paper(paper: Paper, *, by: Person, post: "Post", at: datetime | None = None, reason: str = "") -> Paper:
    """Sign a paper as a person, then seal it as its agency, and add the proofs for the long term.

    The unsigned paper stays as it is; the signed form begins with the same bytes. Both signatures are visible where the paper
    has a place for them, else invisible.

    Args:
        post: in which `by` signs; printed with the signature record.
        at: moment of signing (now); the sample timestamp authority certifies it.

    Raises:
        NotAllowed: `by` does not hold the signing right at the paper's agency.
        WrongState: signed already (also by a colleague a moment ago), withdrawn, or made out for another signer.
    """
    at = at or now()
    agency = paper.issued_by_agency
    require(by, "papers.sign", at=agency)
    locked = Paper.objects.select_for_update(of=("self",)).select_related("issued_by_agency").get(pk=paper.pk)
    refuse_unless_signable(locked)
    _refuse_other_signer(locked, by)
    pdf = pdf_of(locked)
    personal, seal = ensure_certificate(by, at=at), ensure_certificate(agency, at=at)
    signed = _signed(locked, pdf, by=by, personal=personal, seal=seal, at=at, reason=reason)
    level = LEVEL if uses_sample_authority() else LEVEL_WITH_OUTSIDE_TIMESTAMPS
    authority_line = ", ".join(locked.context.get("signature", {}).get("authority", [])) or post.signs
    for role, certificate, name, field in (
        (SignatureRole.PERSON, personal, by.full_name, PERSON_FIELD),
        (SignatureRole.AGENCY, seal, agency.name, AGENCY_FIELD),
    ):
        SignatureRecord.objects.create(
            paper=locked,
            role=role,
            certificate=certificate,
            post=post,
            signer_name=name,
            authority=authority_line if role is SignatureRole.PERSON else "",
            field_name=field,
            level=level,
            reason=reason,
            signed_at=at,
        )
    attach_signed(locked, signed, by=by, at=at)
    paper.refresh_from_db()
    return paper


def _refuse_other_signer(paper: Paper, by: Person) -> None:
    printed = paper.context.get("signature", {})
    name, person_id = printed.get("name", ""), printed.get("person_id")
    if (person_id and person_id != by.pk) or (name and name != by.full_name):
        raise WrongState(_("Văn bản ghi người ký là %(name)s nên người khác không ký được.") % {"name": name})


def _signed(
    paper: Paper, pdf: bytes, *, by: Person, personal: Certificate, seal: Certificate, at: datetime, reason: str
) -> bytes:
    agency = paper.issued_by_agency
    place = _place_of(paper)
    signed = sign_pdf(
        pdf,
        certificate=personal,
        field=PERSON_FIELD,
        at=at,
        reason=reason or str(_("Ký ban hành")),
        location=paper.context.get("letterhead", {}).get("place", ""),
        place=place,
        look=_mark(by, agency, at) if place else None,
        label=f"Chữ ký số của {by.full_name}",
    )
    sealed = sign_pdf(
        signed,
        certificate=seal,
        field=AGENCY_FIELD,
        at=at,
        place=seal_place(place) if place else None,
        look=Seal(agency=agency.name, note=SAMPLE_MARK) if place else None,
        label=f"Chữ ký số của {agency.name}",
    )
    if not uses_sample_authority():
        return sealed
    return add_long_term_proof(
        sealed, certificates=[personal, seal], revocation_lists=revocation_lists(at, revoked_until(at)), at=at
    )


def _mark(by: Person, agency: Agency, at: datetime) -> Mark:
    return Mark(
        name=by.full_name,
        lines=(
            f"Ký bởi: {by.full_name}",
            f"Cơ quan: {agency.name}",
            f"Thời gian ký: {localtime(at).isoformat(timespec='seconds')}",
            "Chữ ký mẫu, không có giá trị pháp lý",
        ),
    )


def _place_of(paper: Paper) -> Place | None:
    place = paper.signature_place
    return Place(place["page"], tuple(place["box"])) if place else None


def seal_place(signature: Place) -> Place:
    """Where the seal goes: over about one third of the signature, from the left (Decree 30/2020, Appendix I)."""
    left, bottom, right, top = signature.box
    edge, middle, radius = left + (right - left) / 3, (bottom + top) / 2, SEAL_DIAMETER / 2
    return Place(signature.page, (edge - SEAL_DIAMETER, middle - radius, edge, middle + radius))
