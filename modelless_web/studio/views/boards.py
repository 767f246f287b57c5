"""Boards: collections by hand, and searches that were saved."""

from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from modelless_web.records.models import Board
from modelless_web.records.search.find import find
from modelless_web.records.search.query import parse
from modelless_web.studio.forms.boards import BoardForm
from modelless_web.studio.requests import StudioRequest

SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422
MOST_COUNTED: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
def boards(request: StudioRequest) -> HttpResponse:
    """All boards with their counts; a posted form makes a new one."""
    form = BoardForm(request.POST or None, owner=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return HttpResponseRedirect(reverse("boards"), status=SEE_OTHER)
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"boards": _listed(request), "form": form}
    return render(request, "studio/boards.html", context, status=status)


@require_POST
def change(request: StudioRequest, pk: int) -> HttpResponse:
    """Rename a board, or change its query or its days."""
    board = _own_board(request, pk)
    form = BoardForm(request.POST, owner=request.user, instance=board)
    if not form.is_valid():
        context = {"boards": _listed(request), "form": BoardForm(None, owner=request.user)}
        context |= {"wrong": form, "wrong_pk": pk}
        return render(request, "studio/boards.html", context, status=UNPROCESSABLE)
    form.save()
    return HttpResponseRedirect(reverse("boards"), status=SEE_OTHER)


@require_POST
def delete(request: StudioRequest, pk: int) -> HttpResponse:
    """Delete a board; what lies on it stays in the history."""
    _own_board(request, pk).delete()
    return HttpResponseRedirect(reverse("boards"), status=SEE_OTHER)


def _own_board(request: StudioRequest, pk: int) -> Board:
    board = Board.objects.visible_to(request.user).filter(pk=pk).first()
    if board is None:
        raise Http404
    return board


def _listed(request: StudioRequest) -> list[dict[str, Any]]:
    """Every board with its count and where it is looked at; smart ones up to 50 are counted."""
    seen = Count("generations", filter=Q(generations__deleted_at=None))
    rows = list(Board.objects.visible_to(request.user).annotate(count=seen))
    smart = [board for board in rows if board.is_smart][:MOST_COUNTED]
    counts = {board.pk: find(request.user, parse(board.query)).count() for board in smart}
    listed = []
    for board in rows:
        query = board.query or f'board:"{board.name}"'
        address = f"{reverse('history')}?{urlencode({'q': query})}"
        count = counts.get(board.pk) if board.is_smart else board.count
        listed.append({"board": board, "count": count, "url": address})
    return listed
