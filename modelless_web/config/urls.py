"""Who answers to which address."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; for load balancers and the start-up of tests."""
    return HttpResponse("ok\n", content_type="text/plain")


to_sign_in = RedirectView.as_view(pattern_name="login", query_string=True)

urlpatterns = [
    path("health", health, name="health"),
    # One page to sign in at, for staff too.
    path("admin/login/", login_not_required(to_sign_in)),
    path("admin/", admin.site.urls),
    path("", include("modelless_web.studio.urls")),
]

handler500 = "modelless_web.studio.views.hindered.stumbled"
