from django.urls import path

from tinhso.services.processes.views import catalogue, drafts, editor, iso

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("nhap/<int:pk>/", drafts.draft, name="draft"),
    path("nhap/<int:pk>/ve/", editor.editor, name="editor"),
    path("nhap/<int:pk>/luu/", editor.save, name="save"),
    path("nhap/<int:pk>/tep/", editor.file, name="file"),
    path("nhap/<int:pk>/chay-thu/", drafts.try_draft, name="try_draft"),
    path("nhap/<int:pk>/trinh/", drafts.send, name="send"),
    path("nhap/<int:pk>/lay-lai/", drafts.take_back, name="take_back"),
    path("nhap/<int:pk>/duyet/", drafts.approve, name="approve"),
    path("nhap/<int:pk>/bo/", drafts.drop, name="drop"),
    path("<str:code>/ho-so/", iso.records, name="records"),
    path("<str:code>/<str:number>/", catalogue.version, name="version"),
    path("<str:code>/<str:number>/soan/", drafts.begin, name="begin"),
    path("<str:code>/<str:number>/chay-thu/", catalogue.try_version, name="try_version"),
]
