"""Signing in and out, and the one-time link that makes the owner's account."""

import math
import unicodedata
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from modelless_web.records.models import Knock, User
from modelless_web.records.owner import has_owner, make_owner, owner_token
from modelless_web.studio.requests import client_address, sign_in

SignOut = views.LogoutView

# In a quarter of an hour. An address may be a whole house; a known browser counts by itself, so
# that nobody who tries somebody's name keeps them out of the browser that they always use.
OF_ONE_NAME: Final = 10
OF_ONE_ADDRESS: Final = 50
OWNER: Final = "studio/owner.html"
KNOWN: Final = "known"
KNOWN_FOR: Final = timedelta(days=365)


class SignIn(views.LoginView):
    """The way in for accounts; guests need none."""

    template_name = "studio/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the attempt, whoever it is for and whether or not they exist; then look at it."""
        wait = Knock.objects.admit(_limits(request))
        if wait is None:
            return super().post(request, *args, **kwargs)
        context = self.get_context_data(form=self.form_class(request))
        return _refusal(request, self.template_name, context, wait)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let them in, with what they made before they signed in."""
        name, *_ = _limits(self.request)
        Knock.objects.forget(name)
        account = form.get_user()
        sign_in(self.request, account)
        response = HttpResponseRedirect(self.get_success_url())
        response.set_signed_cookie(
            KNOWN,
            _folded(account.get_username()),
            max_age=KNOWN_FOR,
            secure=self.request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response


def _limits(request: HttpRequest) -> dict[str, int]:
    """Who an attempt counts for, the name first, and how often each may try."""
    name = _folded(request.POST.get("username", ""))
    if request.get_signed_cookie(KNOWN, default=None, max_age=KNOWN_FOR) == name:
        return {f"known browser of {name} {request.COOKIES[KNOWN]}": OF_ONE_NAME}
    return {f"name {name}": OF_ONE_NAME} | _of_address(request)


def _of_address(request: HttpRequest) -> dict[str, int]:
    """How often one address may try, at whatever door."""
    return {f"address {client_address(request)}": OF_ONE_ADDRESS}


def _refusal(
    request: HttpRequest, page: str, context: dict[str, Any], wait: timedelta
) -> HttpResponse:
    """Say how long to wait, without a look at what was tried."""
    minutes = math.ceil(wait / timedelta(minutes=1))
    context["wait"] = f"{minutes} minute{'s'[: minutes > 1]}"
    response = render(request, page, context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def _folded(name: str) -> str:
    """One spelling for all that a reader takes for the same name."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


class OwnerForm(UserCreationForm):  # type: ignore[type-arg]
    """A name and a password for the owner."""

    class Meta(UserCreationForm.Meta):
        model = User


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner's account, once: the link is dead as soon as there is one.

    Attempts count as those to sign in do, whether or not there is anything left to find.
    """
    wait = Knock.objects.admit(_of_address(request))
    if wait:
        return _refusal(request, OWNER, {}, wait)
    if has_owner() or not constant_time_compare(token, owner_token()):
        raise Http404
    form = OwnerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, OWNER, {"form": form})
    person = form.save(commit=False)
    if not make_owner(person):
        raise Http404
    sign_in(request, person)
    return HttpResponseRedirect(reverse("admin:index"))
