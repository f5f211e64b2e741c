from django.urls import path

from tinhso.services.accounts import absence_views, views

urlpatterns = [
    path("dang-nhap/", views.sign_in, name="login"),
    path("dang-xuat/", views.sign_out, name="logout"),
    path("dang-ky/", views.register_citizen, name="register"),
    path("dang-ky/doanh-nghiep/", views.register_business, name="register_business"),
    path("dang-ky/xac-nhan/", views.confirm, name="confirm"),
    path("quen-mat-khau/", views.forgotten, name="forgotten"),
    path("quen-mat-khau/xac-nhan/", views.new_password, name="new_password"),
    path("tai-khoan/", views.profile, name="profile"),
    path("tai-khoan/mat-khau/", views.change_password, name="password"),
    path("tai-khoan/ngon-ngu/", views.change_language, name="language"),
    path("tai-khoan/ma-truy-cap/", views.tokens, name="tokens"),
    path("tai-khoan/ma-truy-cap/<int:token_id>/thu-hoi/", views.revoke, name="revoke_token"),
    path("tai-khoan/lam-thay/", absence_views.absences, name="absences"),
    path("tai-khoan/lam-thay/<int:tenure>/ket-thuc/", absence_views.end, name="end_absence"),
    path("tai-khoan/xac-minh/", views.verify, name="verify"),
    path("tai-khoan/xac-minh/<int:account_id>/", views.verify_account, name="verify_account"),
]
