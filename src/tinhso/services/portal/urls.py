"""Addresses of the portal."""

from django.urls import path

from tinhso.services.portal.views import apply, catalogue, changes, mine, timeliness

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("thu-tuc/", catalogue.search, name="search"),
    path("thu-tuc/<str:code>/", catalogue.procedure, name="procedure"),
    path("thu-tuc/<str:code>/nop/", apply.begin, name="begin"),
    path("nop-ho-so/<str:key>/", apply.tasks, name="tasks"),
    path("nop-ho-so/<str:key>/giay-to/", apply.documents, name="documents"),
    path("nop-ho-so/<str:key>/giay-to/<int:file>/go/", apply.remove_document, name="remove_document"),
    path("nop-ho-so/<str:key>/kiem-tra/", apply.check, name="check"),
    path("nop-ho-so/<str:key>/bo/", apply.discard, name="discard"),
    path("nop-ho-so/<str:key>/phan/<str:section>/", apply.section, name="section"),
    path("ho-so/", mine.cases, name="cases"),
    path("ho-so/<str:code>/", mine.case, name="case"),
    path("ho-so/<str:code>/giay-to/<int:paper>/", mine.paper, name="paper"),
    path("ho-so/<str:code>/tep/<int:file>/", mine.file, name="file"),
    path("ho-so/<str:code>/tep-khai/<int:file>/", mine.answered, name="answered_file"),
    path("ho-so/<str:code>/bo-sung/", mine.supplement, name="supplement"),
    path("ho-so/<str:code>/rut/", mine.withdraw, name="withdraw"),
    path("ho-so/<str:code>/xin-rut/", changes.ask_back, name="ask_withdrawal"),
    path("ho-so/<str:code>/sua/", changes.correct, name="correct"),
    path("ho-so/<str:code>/khieu-nai/", changes.complain, name="complain"),
    path("ho-so/<str:code>/danh-gia/", mine.rate, name="rate"),
    path("tien-do/", timeliness.board, name="timeliness"),
    path("tra-cuu/", mine.follow, name="follow"),
]
