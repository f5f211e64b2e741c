"""Valid answers to the forms of the procedures that several agencies handle, of invented people."""

from typing import Any

from tinhso.services.onestop.sample_applications import COMMUNE, applicant

_END = {"how": "electronic", "declaration": True}

BUSINESS: dict[str, Any] = {
    "applicant": applicant(),
    "business": {
        "name": "Hộ kinh doanh Mỹ Hạnh",
        "by_family": True,
        "members": [{"full_name": "Trần Quốc Bảo", "identity_number": "082090012346"}],
        "activity": "Bán lẻ tạp hóa; nước giải khát",
        "capital": 80000000,
        "workers": 2,
        "begins_on": "2026-01-05",
        "site_unit": COMMUNE,
        "site_address": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
    },
    "result": _END,
}

HOUSE: dict[str, Any] = {
    "applicant": applicant(),
    "land": {
        "unit": COMMUNE,
        "address": "25 đường Rạch Gầm, khu phố 2",
        "parcel": "118",
        "sheet": "24",
        "area": 120.5,
    },
    "house": {
        "floors": 2,
        "footprint": 80,
        "floor_area": 160,
        "height": 8.4,
        "has_neighbour": True,
        "special_area": True,
        "special_reason": "Gần di tích đình Điều Hòa",
    },
    "result": _END,
}

LAND: dict[str, Any] = {
    "applicant": applicant(),
    "land": {
        "unit": COMMUNE,
        "address": "Khu phố 5, gần rạch Bảo Định",
        "parcel": "204",
        "sheet": "31",
        "area": 350,
        "certificate": "CS 04127, DA 512345",
        "shared": False,
    },
    "change": {"from": "CLN", "to": "ODT", "area": 100, "reason": "Cất nhà ở cho con"},
    "result": _END,
}

ELDERLY: dict[str, Any] = {
    "applicant": applicant(relation="family"),
    "person": {
        "full_name": "Nguyễn Văn Tám",
        "sex": "male",
        "date_of_birth": "1942-02-19",
        "identity_number": "082042012347",
        "residence": COMMUNE,
        "address": "12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
        "pension": False,
        "poor": "none",
        "lives_in_home": False,
    },
    "payment": {"how": "bank", "bank": "Agribank Tiền Giang", "account": "7100205012345"},
    "result": _END,
}

ANSWERS = {"1.001612": BUSINESS, "1.009994": HOUSE, "1.013949": LAND, "1.001776": ELDERLY}
