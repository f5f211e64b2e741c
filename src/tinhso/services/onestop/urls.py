"""Addresses of the one-stop shop."""

from django.urls import path

from tinhso.services.onestop.views import case, clock, counter, intake, lists, steps, stopping

urlpatterns = [
    path("", lists.work, name="work"),
    path("phien/", lists.session, name="session"),
    path("tiep-nhan/", lists.reception, name="reception"),
    path("ho-so/", lists.cases, name="cases"),
    path("ky/", steps.signing, name="signing"),
    path("tiep-nhan/quay/", counter.choose, name="counter"),
    path("tiep-nhan/quay/<str:procedure>/", counter.form, name="counter_form"),
    path("ho-so/<str:code>/", case.page, name="case"),
    path("ho-so/<str:code>/tiep-nhan/", intake.accept, name="accept"),
    path("ho-so/<str:code>/tu-choi/", intake.refuse, name="refuse"),
    path("ho-so/<str:code>/yeu-cau-bo-sung/", intake.supplement, name="supplement"),
    path("ho-so/<str:code>/da-bo-sung/", intake.supplemented, name="supplemented"),
    path("ho-so/<str:code>/rut/", stopping.withdraw, name="withdraw"),
    path("ho-so/<str:code>/xin-rut/", stopping.ask, name="ask_withdrawal"),
    path("ho-so/<str:code>/quyet-dinh-rut/", stopping.decide, name="decide_withdrawal"),
    path("ho-so/<str:code>/dung/", stopping.stop, name="stop"),
    path("ho-so/<str:code>/tam-dung/", clock.pause, name="pause"),
    path("ho-so/<str:code>/tinh-tiep/", clock.resume, name="resume"),
    path("ho-so/<str:code>/gia-han/", clock.extend, name="extend"),
    path("ho-so/<str:code>/ghi-chu/", case.note, name="note"),
    path("ho-so/<str:code>/thu-phi/", case.take_cash, name="take_cash"),
    path("ho-so/<str:code>/giay-to/<int:paper>/", case.paper, name="paper"),
    path("ho-so/<str:code>/tep/<int:file>/", case.file, name="file"),
    path("ho-so/<str:code>/tep-khai/<int:file>/", case.answered, name="answered_file"),
    path("ho-so/<str:code>/xem-truoc/", case.preview, name="preview"),
    path("ho-so/<str:code>/buoc/<int:step>/", steps.complete, name="complete"),
    path("ho-so/<str:code>/buoc/<int:step>/giao/", steps.assign, name="assign"),
    path("ho-so/<str:code>/buoc/<int:step>/ky/", steps.sign, name="sign"),
    path("ho-so/<str:code>/buoc/<int:step>/tra/", steps.hand_over, name="hand_over"),
]
