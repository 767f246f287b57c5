"""Boards: collections by hand, and searches that were saved."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from modelless_web.records.models import Board
from modelless_web.records.organise.tally import tallies
from modelless_web.studio.forms.boards import BoardForm
from modelless_web.studio.requests import StudioRequest

SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422


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
    """Every board with how much is on it, where that is counted, and where it is looked at."""
    rows = list(Board.objects.visible_to(request.user))
    counted = tallies(request.user, rows)
    return [{"board": row, "tally": counted.get(row.pk), "url": _url(row)} for row in rows]


def _url(board: Board) -> str:
    query = board.query or f'board:"{board.name}"'
    return f"{reverse('history')}?{urlencode({'q': query})}"
