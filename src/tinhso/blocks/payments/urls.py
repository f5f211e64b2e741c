from django.urls import path

from tinhso.blocks.payments import views

urlpatterns = [
    path("thanh-toan/ket-qua/<str:reference>/", views.result, name="result"),
    path("thanh-toan/phan-hoi/<str:gateway>/", views.callback, name="callback"),
    path("thanh-toan/phai-hoan/", views.refunds, name="refunds"),
    path("thanh-toan/phai-hoan/<str:kind>/<int:pk>/", views.refunded, name="refunded"),
    path("thanh-toan/<str:code>/bat-dau/", views.start, name="start"),
    path("thanh-toan/<str:code>/", views.invoice, name="invoice"),
    path("cong-thanh-toan-mau/<str:reference>/", views.demo, name="demo"),
]
