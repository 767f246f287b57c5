"""What views and admin may ask of the engine: each commits first and then sends word.

Word may be lost, late or doubled; the ledger has the truth and the sweeper reads it.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from modelless_web.engine import ledger, runtime, submissions
from modelless_web.engine.live import card
from modelless_web.engine.rescue import queue
from modelless_web.engine.submissions import Submission
from modelless_web.records.models import Action, Cull, Generation, User
from modelless_web.records.money.budgets import OverBudgetError
from modelless_web.records.organise import actions, culls
from modelless_web.records.organise.changes import move
from modelless_web.records.organise.selection import Selection

MOVES: Final = (Action.Verb.TRASH, Action.Verb.RESTORE)
MOST_TOLD: Final = 60
FOR_A_FIGURE: Final = 5.0


def submit(submission: Submission) -> Generation:
    """Commit a generation and have it carried out; a doubled submission returns the first.

    Raises OverBudgetError with a sentence.
    """
    engine = runtime.current()
    entered = engine.enter(submission) if engine else submissions.enter([submission])[0]
    if isinstance(entered, OverBudgetError):
        raise entered
    generation, is_new = entered
    if is_new and engine:
        transaction.on_commit(partial(engine.queued, generation.owner_id, generation.pk))
    return generation


def stop(generation: Generation) -> None:
    """Stop a queued or running generation; what came is kept."""
    if ledger.stop(generation):
        engine = runtime.current()
        if engine:
            transaction.on_commit(partial(engine.stop, generation.owner_id, generation.pk))
        _tell(generation)


def trash(generation: Generation) -> None:
    """Put a generation into the trash; a running one is stopped."""
    stop(generation)
    move(Generation.objects.filter(pk=generation.pk), timezone.now())
    _tell(generation)


def restore(generation: Generation) -> None:
    """Bring a generation back from the trash."""
    move(Generation.objects.filter(pk=generation.pk), None)
    _tell(generation)


def change(selection: Selection, verb: str, value: str = "") -> Action:
    """Begin to change a whole selection; what is more than a step goes on by itself.

    Raises UnknownChangeError with a sentence.
    """
    return _go_on(_write(partial(actions.begin, selection, verb, value)))


def undo(owner: User, pk: UUID) -> Action | None:
    """Begin to take an action back; None where there is nothing to be taken back."""
    action = _write(partial(actions.undo, owner, pk))
    return _go_on(action) if action else None


def judge(cull: Cull, pk: UUID, key: UUID, word: str) -> None:
    """Keep one verdict of a cull. Raises NotThereError, and KeyError for an unknown word."""
    _write(partial(culls.judge, cull, pk, key, word))


def take_back(cull: Cull, key: UUID) -> UUID | None:
    """Undo one verdict of a cull; return its generation, None if there is no such verdict."""
    return _write(partial(culls.take_back, cull, key))


def _go_on(action: Action) -> Action:
    engine = runtime.current()
    if engine:
        if action.is_open:
            engine.stir_chores()
        if action.verb in MOVES:
            formers = action.formers.values_list("generation", flat=True)
            engine.tell([card(action.owner_id, pk) for pk in formers[:MOST_TOLD]])
    return action


def refresh_models() -> None:
    """Ask every gateway for its models and wait for the answers, 40 seconds at most."""
    engine = runtime.current()
    if engine is None:
        return
    with suppress(TimeoutError):  # what comes later is kept all the same
        engine.wait_for(engine.catalogue.refresh())


def refresh_bills() -> None:
    """Ask every gateway what its key has used, and wait a little for the answers."""
    engine = runtime.current()
    if engine is None:
        return
    with suppress(TimeoutError):  # as above
        engine.wait_for(engine.catalogue.refresh_bills(), FOR_A_FIGURE)


def go_on(generation: Generation) -> None:
    """Ask a generation's gateway now, and let it go on if it waits for a place or an attempt.

    Waits for the answers, 40 seconds at most each.
    """
    engine = runtime.current()
    if engine is None:
        return
    with suppress(TimeoutError):
        engine.wait_for(engine.breaker.ask(generation.gateway_id))
    refresh_models()
    engine.wake()
    engine.go_on(generation.owner_id, generation.pk)


def rescue_again(generation: Generation) -> int:
    """Have a generation's lost pictures fetched again; return how many have an address left."""
    count = _write(partial(queue.reopen, generation.pk))
    engine = runtime.current()
    if engine and count:
        engine.stir_rescuer()
    _tell(generation)
    return count


def _write[T](action: Callable[[], T]) -> T:
    """Commit through the process's one writer, which shares a transaction among many."""
    engine = runtime.current()
    return engine.write(action) if engine else action()


def _tell(generation: Generation) -> None:
    engine = runtime.current()
    if engine:
        transaction.on_commit(partial(engine.tell, [card(generation.owner_id, generation.pk)]))
