from typing import Any

import pytest
from asn1crypto import cms, core, tsp, x509

from tinhso.blocks.esignature import authority  # noqa: F401 - mends asn1crypto


def nested(size: int) -> cms.ContentInfo:
    """A signature's attributes as they are made, in a message whose signed data takes `size` bytes."""
    name = x509.GeneralName({"directory_name": x509.Name.build({"common_name": "UBND phường"})})
    reference = tsp.ESSCertIDv2(
        {
            "hash_algorithm": {"algorithm": "sha256"},
            "cert_hash": bytes(32),
            "issuer_serial": {"issuer": [name], "serial_number": 7},
        }
    )
    attribute = cms.CMSAttribute({"type": "signing_certificate_v2", "values": [{"certs": [reference]}]})

    def message(signature: int) -> cms.ContentInfo:
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier("issuer_and_serial_number", {"issuer": name.chosen, "serial_number": 7}),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": [attribute],
                "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
                "signature": bytes(signature),
            }
        )
        signed: dict[str, Any] = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "signer_infos": [signer],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    return message(256 + size - len(message(256)["content"].contents))


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the structures encoded from now on, one each time."""
    seen: list[str] = []
    encode = core.Sequence._set_contents

    def counted(value: core.Sequence, force: bool = False) -> None:
        seen.append(type(value).__name__)
        encode(value, force)

    monkeypatch.setattr(core.Sequence, "_set_contents", counted)
    return seen


def test_a_signature_whose_length_ends_in_0x80_takes_no_more_work_than_one_a_byte_longer(encodings: list[str]) -> None:
    work = []
    for size in (640, 641):
        message = nested(size)
        encodings.clear()
        read = cms.ContentInfo.load(message.dump())
        work.append(len(encodings))
        assert len(read["content"].contents) == size
    assert work[0] == work[1]


def test_an_indefinite_length_is_still_written_as_a_definite_one() -> None:
    class Pair(core.Sequence):
        _fields = [("left", core.Integer), ("right", core.Integer)]  # a list: asn1crypto writes into it

    pair = Pair.load(bytes.fromhex("3080 020101 020102 0000"))
    assert pair.native == {"left": 1, "right": 2}
    assert pair.dump().hex() == "3006020101020102"


@pytest.mark.parametrize("length", [127, 128, 129, 384])
def test_what_is_read_is_written_as_it_was(length: int) -> None:
    encoded = core.OctetString(bytes(length)).dump()
    assert core.OctetString.load(encoded).dump() == encoded
