"""All addresses: accounts, the API and each app's own (wiring only; apps are named by string)."""

from django.urls import include, path
from django.utils.module_loading import import_string

api = import_string("projects.web.api.api")
for router in ("projects.api.router", "datasets.api.router", "mllab.api.router"):
    api.add_router("", import_string(router))

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", api.urls),
    path("", include("projects.urls")),
    path("", include("datasets.urls")),
    path("", include("mllab.urls")),
]

handler400 = "projects.views.errors.bad_request"
handler403 = "projects.views.errors.forbidden"
handler429 = "projects.views.errors.too_many"
handler404 = "projects.views.errors.not_found"
handler500 = "projects.views.errors.server_error"
