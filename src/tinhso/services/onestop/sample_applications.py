"""Valid answers to the forms of the four procedures, of invented people."""

from typing import Any

COMMUNE = "28306"


def applicant(**more: Any) -> dict[str, Any]:
    """Who applies, in every one of these forms."""
    return {
        "full_name": "Nguyễn Thị Mỹ Hạnh",
        "identity_number": "082194012345",
        "phone": "0912345678",
        "residence": COMMUNE,
        "address": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
        **more,
    }


_END = {"how": "electronic", "declaration": True}

BIRTH: dict[str, Any] = {
    "applicant": applicant(relation="mother"),
    "child": {
        "full_name": "Trần Minh Khôi",
        "sex": "male",
        "date_of_birth": "2025-08-04",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "birth_place": "facility",
        "facility": "Bệnh viện Phụ sản Tiền Giang",
        "birth_unit": COMMUNE,
        "hometown": "Cai Lậy, Tiền Giang",
        "proof": "certificate",
        "proof_number": "0412/2025",
    },
    "mother": {
        "declared": True,
        "full_name": "Nguyễn Thị Mỹ Hạnh",
        "date_of_birth": "1994-03-12",
        "identity_number": "082194012345",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "residence": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
    },
    "father": {
        "declared": True,
        "full_name": "Trần Quốc Bảo",
        "date_of_birth": "1990",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "residence": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
        "married": True,
        "marriage_number": "15/2021, 10/02/2021, UBND phường 4",
    },
    "result": {"wants_copies": True, "copies": 2, **_END},
}

EXTRACT: dict[str, Any] = {
    "applicant": applicant(relation="self"),
    "event": {
        "kind": "birth",
        "registered_at": "UBND xã Tân Mỹ Chánh",
        "registered_on": "1994",
        "number": "45",
        "book": "01/1994",
    },
    "person": {
        "full_name": "Nguyễn Thị Mỹ Hạnh",
        "sex": "female",
        "date_of_birth": "1994-03-12",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "identity_number": "082194012345",
        "birth_place": "Trạm y tế xã Tân Mỹ Chánh",
        "hometown": "Tiền Giang",
        "mother": "Lê Thị Sáu",
        "father": "Nguyễn Văn Tư",
    },
    "result": {"copies": 3, **_END},
}

MARITAL: dict[str, Any] = {
    "applicant": applicant(relation="self"),
    "person": {
        "full_name": "Nguyễn Thị Mỹ Hạnh",
        "sex": "female",
        "date_of_birth": "1994-03-12",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "identity_number": "082194012345",
        "residence": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
    },
    "status": {
        "kind": "divorced",
        "spouse": "Trần Quốc Bảo",
        "court": "Tòa án nhân dân thành phố Mỹ Tho",
        "judgment": "102/2022/QĐST-HNGĐ ngày 14/06/2022",
        "abroad": False,
        "lived_elsewhere": True,
        "residences": [{"unit": "28252", "since": "2022-01-01", "until": "2024-12-31"}],
    },
    "purpose": {"kind": "other", "other": "Vay vốn ngân hàng", "had_one": False},
    "result": {"copies": 1, **_END},
}

COPIES: dict[str, Any] = {
    "applicant": applicant(),
    "documents": {
        "list": [
            {
                "name": "Bằng tốt nghiệp trung học phổ thông",
                "issuer": "Sở Giáo dục và Đào tạo Tiền Giang",
                "number": "A 0123456",
                "issued_on": "2012-07-20",
                "foreign": False,
                "pages": 1,
                "copies": 2,
            },
            {"name": "Học bạ", "issuer": "Trường THPT Nguyễn Đình Chiểu", "foreign": False, "pages": 12, "copies": 1},
        ],
        "prepared": "brought",
    },
    "result": _END,
}

ANSWERS = {"1.001193": BIRTH, "2.000635": EXTRACT, "1.004873": MARITAL, "2.000815": COPIES}
