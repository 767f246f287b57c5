"""Signing in: what a guest made, and how it can be undone, becomes the account's."""

from django.db import transaction

from modelless_web.records.models import Action, Board, User
from modelless_web.records.organise import actions
from modelless_web.records.search import index
from modelless_web.records.usage import rollup, storage

Verb = Action.Verb


@transaction.atomic
def adopt(account: User, guest: User) -> None:
    """Take over everything of a guest, so that signing in loses nothing; accounts keep theirs."""
    if account.is_guest or not guest.is_guest:
        return
    # What is under way for all that match was meant for the guest's own, not for the account's.
    actions.finish(guest)
    adopted = list(guest.generations.values_list("pk", flat=True))
    storage.hand_over(guest, account)
    guest.generations.update(owner=account)
    rollup.hand_over(guest, account)
    guest.drafts.update(owner=account)
    guest.references.update(owner=account)
    guest.culls.update(owner=account)
    guest.tags.hand_over(account)
    boards = list(guest.boards.all())
    guest.boards.hand_over(account)
    _hand_over_actions(account, guest, boards)
    index.write(adopted)


def _hand_over_actions(account: User, guest: User, boards: list[Board]) -> None:
    """Let what was done be undone by the account, on the boards into which others were merged."""
    on_boards = guest.actions.filter(verb__in=(Verb.PLACE, Verb.REMOVE))
    own = set(account.boards.values_list("pk", flat=True))
    for board in boards:
        if board.pk not in own:
            into = account.boards.filter(name__iexact=board.name).first()
            on_boards.filter(value=str(board.pk)).update(value=str(into.pk if into else board.pk))
    guest.actions.update(owner=account)
