"""The sample accounts, on a small province with the posts of the real sample."""

from django.conf import settings
from django.utils.timezone import now

from tinhso.blocks.directory.actions import appoint, create_post, register_business
from tinhso.blocks.directory.demo import DEMO_COMMUNE, FORMS
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity import demo
from tinhso.blocks.identity.credentials import check_credentials
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import SAMPLE_PASSWORD, sample_accounts
from tinhso.blocks.identity.tests import world


def seat(agency, title, *roles, signs="", number):
    person = world.somebody(title, identity_number=f"0820900{number:05}")
    post = create_post(agency, title, roles=roles, signs=signs, order=number, by=None)
    appoint(person, post, valid_from=world.LONG_AGO, by=None)


def small_sample(province):
    other = world.ward(province, "Phường Đạo Thạnh", "28249")
    story = world.ward(province, "Phường Mỹ Tho", DEMO_COMMUNE)
    Agency.objects.filter(pk=story.pk).update(code=f"{FORMS[settings.SAMPLE].prefix}.15")
    seat(other, "Tiếp nhận nơi khác", "reception", number=1)
    seat(story, "Tiếp nhận ở đây", "reception", number=2)
    seat(story, "Chủ tịch phường", "signer", "manager", signs="CHỦ TỊCH", number=3)
    seat(story, "Phó chủ tịch phường", "signer", signs="KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", number=4)
    seat(province, "Quản trị viên", "admin", number=5)
    seat(province, "Chủ tịch tỉnh", "signer", signs="CHỦ TỊCH", number=6)
    for number in range(10, 15):
        world.somebody(f"Công dân {number}", identity_number=f"0820900{number:05}")
    owner = world.somebody("Chủ doanh nghiệp", identity_number="082090000020")
    register_business("0100109106", "Công ty Mẫu", representative=owner, by=None)
    demo.load(lambda text: None)


def test_the_story_s_people_have_readable_names_and_the_others_numbers(province):
    small_sample(province)
    assert [login.username for login in sample_accounts()] == [
        "congdan1", "congdan2", "congdan3", "tiepnhan", "tiepnhan2", "chutich", "phochutich", "quantri", "doanhnghiep1",
    ]  # fmt: skip
    assert Account.objects.get(username="tiepnhan").person.full_name == "Tiếp nhận ở đây"
    assert Account.objects.get(username="chutich2").person.full_name == "Chủ tịch tỉnh"


def test_every_sample_account_opens_with_the_sample_password(province):
    small_sample(province)
    for account in Account.objects.all():
        assert check_credentials(account.username, SAMPLE_PASSWORD, address="::1", at=now()) == account


def test_loading_twice_is_loading_once(province):
    small_sample(province)
    before = Account.objects.count()
    demo.load(lambda text: None)
    assert Account.objects.count() == before
