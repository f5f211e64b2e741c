from django.urls import path

from tinhso.services.figures import views

urlpatterns = [
    path("", views.page, name="page"),
    path("ho-so/", views.cases, name="cases"),
    path("tre/", views.late, name="late"),
    path("tai-ve/<str:kind>/", views.download, name="download"),
]
