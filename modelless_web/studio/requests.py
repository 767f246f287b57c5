"""The typed request, who it comes from, and the guards that let a view have a row."""

import ipaddress
from collections.abc import Callable, Sequence
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from modelless_web.records.ids import read_uuid
from modelless_web.records.models import Draft, Gateway, Generation, Picture, Reference, User
from modelless_web.records.organise.adoption import adopt
from modelless_web.studio.forms.zone import zones

ZONE_COOKIE = "time_zone"
PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - a class, no secret


class StudioRequest(HttpRequest):
    """A request whose person is known: every page of the studio gets one."""

    user: User
    htmx: HtmxDetails


class PersonMiddleware(MiddlewareMixin):
    """Everybody who opens a page is somebody: an account, or a guest where guests are allowed."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: object,
        kwargs: object,
    ) -> HttpResponseBase | None:
        """Make a guest of a stranger, or send them to sign in; None lets the request pass."""
        if is_for_strangers(request) or is_admin(request):
            return None
        if request.user.is_authenticated:
            take_over_zone(request, request.user)
            return None
        if settings.ENVIRONMENT.access == "guests":
            login(request, User.objects.create_guest(), backend=PASSWORD_BACKEND)
            return None
        sign_in = redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        # A fragment request would follow the redirect and put the login page into the page.
        return HttpResponseClientRedirect(sign_in.url) if is_fragment(request) else sign_in


def take_over_zone(request: HttpRequest, person: User) -> None:
    """With a form, let a person's days follow their browser's clock until they choose."""
    if request.method != "POST" or person.time_zone:
        return
    name = unquote(request.COOKIES.get(ZONE_COOKIE, ""))
    if name in zones():
        person.time_zone = name
        person.save(update_fields=["time_zone"])


def sign_in(request: HttpRequest, account: User) -> None:
    """Begin a session for ``account``; a guest's work goes along."""
    # Asked before the login: the lazy user would otherwise be read from the new session.
    before = request.user if request.user.is_authenticated else None
    login(request, account, backend=PASSWORD_BACKEND)
    if before:
        adopt(account, before)


def client_address(request: HttpRequest) -> str:
    """Return the address to count attempts by; of IPv6 the network that one household has.

    Behind the proxy it is the last hop of X-Forwarded-For, which the proxy itself wrote: what
    stands before it anybody may have made up.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if settings.ENVIRONMENT.is_deployed:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(address), 64), strict=False))


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, for a piece of a page."""
    return bool(getattr(request, "htmx", False))


def is_for_strangers(request: HttpRequest) -> bool:
    """Whether the request is for what nobody must sign in for: signing in itself, for one."""
    match = request.resolver_match
    return match is None or not getattr(match.func, "login_required", True)


def is_admin(request: HttpRequest) -> bool:
    """Whether the request is for Django admin, which guards itself."""
    return request.resolver_match is not None and "admin" in request.resolver_match.app_names


def own_generation(
    request: StudioRequest, pk: UUID | None, *, in_trash: bool = False
) -> Generation:
    """Return this person's generation, or raise Http404 as if it did not exist."""
    mine = Generation.objects.visible_to(request.user)
    if in_trash:
        mine = Generation.objects.filter(owner=request.user).trashed()
    row = mine.with_answers().filter(pk=pk).first() if pk else None
    if row is None:
        raise Http404
    return row


def own_generations(request: StudioRequest, pks: Sequence[UUID | None]) -> list[Generation]:
    """Return this person's generations in this order, or raise Http404 if one is missing."""
    mine = Generation.objects.visible_to(request.user).with_answers()
    found = {row.pk: row for row in mine.filter(pk__in=[pk for pk in pks if pk])}
    rows = [found[pk] for pk in pks if pk in found]
    if len(rows) < len(pks):
        raise Http404
    return rows


def own_picture(request: StudioRequest, pk: UUID) -> Picture:
    """Return this person's picture, in the trash or not, or raise Http404."""
    row = Picture.objects.filter(pk=pk, generation__owner=request.user).first()
    if row is None:
        raise Http404
    return row


def own_reference(request: StudioRequest, pk: UUID) -> Reference:
    """Return a picture that this person has given along, or raise Http404."""
    row = Reference.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def find_draft(request: StudioRequest, text: str, *, in_trash: bool = False) -> Draft | None:
    """Return this person's draft whose id ``text`` is, if there is one."""
    pk = read_uuid(text)
    mine = Draft.objects.in_trash_of if in_trash else Draft.objects.visible_to
    return mine(request.user).with_sent().filter(pk=pk).first() if pk else None


def own_draft(request: StudioRequest, text: str, *, in_trash: bool = False) -> Draft:
    """Return this person's draft, or raise Http404 as if it did not exist."""
    row = find_draft(request, text, in_trash=in_trash)
    if row is None:
        raise Http404
    return row


def may_view_all(person: User) -> bool:
    """Whether somebody may read what everybody has used."""
    return person.is_staff and person.has_perm("records.view_usage")


def lead(request: StudioRequest, address: str) -> HttpResponse:
    """Send the whole page to an address, whether a form or htmx has asked."""
    if request.htmx:
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address, status=303)


def studio(request: HttpRequest) -> dict[str, object]:
    """Add what every page of the studio shows around its content."""
    if is_admin(request) or not getattr(request, "user", None) or request.user.is_anonymous:
        return {}
    person = request.user
    return {
        "live_url": f"/live/?since={timezone.now().timestamp():.3f}",
        "running_count": Generation.objects.visible_to(person).open().count(),
        "practice_only": not Gateway.objects.filter(enabled=True, is_practice=False).exists(),
    }
