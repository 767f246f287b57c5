"""Signing in and out, and the one-time link that makes the owner's account."""

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from modelless_web.records.models import User
from modelless_web.records.owner import has_owner, owner_token
from modelless_web.studio.requests import sign_in

SignOut = views.LogoutView


class SignIn(views.LoginView):
    """The way in for accounts; guests need none."""

    template_name = "studio/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let them in, with what they made before they signed in."""
        sign_in(self.request, form.get_user())
        return HttpResponseRedirect(self.get_success_url())


class OwnerForm(UserCreationForm):  # type: ignore[type-arg]
    """A name and a password for the owner."""

    class Meta(UserCreationForm.Meta):
        model = User


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner's account, once: the link is dead as soon as there is one."""
    if has_owner() or not constant_time_compare(token, owner_token()):
        raise Http404
    form = OwnerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "studio/owner.html", {"form": form})
    with transaction.atomic():
        person = form.save(commit=False)
        person.is_staff = person.is_superuser = True
        person.save()
    sign_in(request, person)
    return HttpResponseRedirect(reverse("admin:index"))
