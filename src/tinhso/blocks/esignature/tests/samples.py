"""Papers to sign, and what forgers do to them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.blocks.esignature.authority import as_asn1
from tinhso.blocks.papers.actions import issue_paper
from tinhso.blocks.papers.models import Kind

AT = datetime(2026, 2, 5, 2, 30, tzinfo=UTC)


def draft(agency, **options):
    options.setdefault("holder", "Trần Văn Phước Lộc")
    options.setdefault("template", "papers/check.html")
    return issue_paper(
        Kind.CERTIFICATE, agency=agency, by=None, at=AT, title="Giấy xác nhận tình trạng hôn nhân", number="05/XNHN", **options
    )


def flipped(pdf: bytes) -> bytes:
    """One bit of the signed content changed."""
    changed = bytearray(pdf)
    changed[len(pdf) // 20] ^= 1
    return bytes(changed)


def painted_over(pdf: bytes) -> bytes:
    """A black box drawn over the page by an incremental update, as an editor saves it."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f")))
    return written(writer)


def annotated(pdf: bytes) -> bytes:
    """A note put on the page by an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page_ref, _resources = writer.find_page_for_modification(0)
    page = page_ref.get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (100, 100, 300, 200)]),
            generic.pdf_name("/Contents"): generic.pdf_string("Đã sửa"),
        }
    )
    annotations = page["/Annots"]
    annotations.append(writer.add_object(note))
    writer.update_container(annotations)
    return written(writer)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def resaved(pdf: bytes) -> bytes:
    """Opened and saved by another program."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()


def locked(pdf: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


class Stranger:
    """Somebody with a certificate of an authority of their own, valid for given days."""

    def __init__(self, *, begins: datetime, ends: datetime) -> None:
        self.root, root_key = self._made("Gốc lạ", None, None, begins - timedelta(days=1), ends + timedelta(days=1))
        self.certificate, self.key = self._made("Người lạ", self.root, root_key, begins, ends)

    def _made(self, name, issuer, issuer_key, begins, ends):
        key = generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(True, True, False, False, False, issuer is None, issuer is None, False, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
            .add_extension(usage, critical=True)
        )
        return builder.sign(issuer_key or key, hashes.SHA256()), key

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def signs(self, pdf: bytes) -> bytes:
        pem = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        signer = SimpleSigner(
            signing_cert=as_asn1(self.certificate),
            signing_key=load_private_key_from_pemder_data(pem, None),
            cert_registry=SimpleCertificateStore.from_certs([as_asn1(self.root)]),
        )
        out = sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), PdfSignatureMetadata(field_name="Lạ"), signer)
        return out.getvalue()
