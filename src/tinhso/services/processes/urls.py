from django.urls import path

from tinhso.services.processes.views import catalogue, drafts, editor, iso, offers, plans

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("nhap/<int:pk>/", drafts.draft, name="draft"),
    path("nhap/<int:pk>/ve/", editor.editor, name="editor"),
    path("nhap/<int:pk>/luu/", editor.save, name="save"),
    path("nhap/<int:pk>/tep/", editor.file, name="file"),
    path("nhap/<int:pk>/chay-thu/", drafts.try_draft, name="try_draft"),
    path("nhap/<int:pk>/thoi-han/", drafts.say_law, name="say_law"),
    path("nhap/<int:pk>/trinh/", drafts.send, name="send"),
    path("nhap/<int:pk>/lay-lai/", drafts.take_back, name="take_back"),
    path("nhap/<int:pk>/duyet/", drafts.approve, name="approve"),
    path("nhap/<int:pk>/bo/", drafts.drop, name="drop"),
    path("chuyen/<int:pk>/", plans.plan, name="plan"),
    path("chuyen/<int:pk>/luu/", plans.save, name="save_plan"),
    path("chuyen/<int:pk>/trinh/", plans.send, name="send_plan"),
    path("chuyen/<int:pk>/lay-lai/", plans.take_back, name="take_back_plan"),
    path("chuyen/<int:pk>/duyet/", plans.approve, name="approve_plan"),
    path("chuyen/<int:pk>/tiep/", plans.go_on, name="go_on_with_plan"),
    path("chuyen/<int:pk>/bo/", plans.drop, name="drop_plan"),
    path("kem-theo/<int:pk>/", offers.offer, name="offer"),
    path("kem-theo/<int:pk>/ap-dung/", offers.take, name="take_offer"),
    path("kem-theo/<int:pk>/bo/", offers.decline, name="decline_offer"),
    path("<str:code>/ho-so/", iso.records, name="records"),
    path("<str:code>/<str:number>/", catalogue.version, name="version"),
    path("<str:code>/<str:number>/soan/", drafts.begin, name="begin"),
    path("<str:code>/<str:number>/chuyen/", plans.begin, name="begin_plan"),
    path("<str:code>/<str:number>/chay-thu/", catalogue.try_version, name="try_version"),
]
