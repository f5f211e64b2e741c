"""What a case hands to its papers."""

from datetime import UTC, datetime

AT = datetime(2026, 2, 5, 1, 5, tzinfo=UTC)

CONTEXT = {
    "case": {
        "code": "H20.82.05-260205-0012",
        "lookup_code": "7KQ4",
        "procedure": "Đăng ký khai sinh",
        "procedure_code": "1.001193",
        "term": "01 ngày làm việc",
        "received_at": "2026-02-05T08:05:00+07:00",
        "due_at": "2026-02-06T17:00:00+07:00",
        "return_place": "Bộ phận Một cửa UBND phường Mỹ Tho",
        "channel": "Trực tuyến",
    },
    "applicant": {
        "name": "Trần Văn Phước Lộc",
        "identity_number": "082090001234",
        "phone": "0901234567",
        "email": "",
        "address": "Số 12, đường Ấp Bắc, phường Mỹ Tho, tỉnh Đồng Tháp",
    },
    "parts": [{"name": "Giấy chứng sinh", "originals": 1, "copies": 0, "electronic": 1}],
    "fee": {"amount": 8000, "status": "Đã thu"},
    "officer": "Lê Thị Ngọc Ửng",
    "reason": "Giấy chứng sinh bị mờ, không đọc được họ tên mẹ.",
    "answers": {"note": "<b>không</b>"},
}

LETTERS = "ẰẴẶằẵặẦẪẬầẫậỀỄỆềễệỒỖỘồỗộỜỠỢờỡợỪỮỰừữựỲỸỴỳỹỵĂÂĐÊÔƠƯăâđêôơư"
