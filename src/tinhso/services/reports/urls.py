from tinhso.services.reports.staff_urls import staff_urls

urlpatterns = [*staff_urls]
