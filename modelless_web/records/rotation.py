"""Changing the key that API keys are encrypted with, while studios run.

The order makes every row readable at every moment, whenever this ends: the new key is in the file
before a row needs it, and an old one leaves the file after the last row that needed it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from modelless_web.records.secrets import EncryptedTextField, box, key_file, replace


class BusyError(Exception):
    """Another rotation is going on."""


def add_key() -> None:
    """Make a new key the first, which locks from now on.

    Raises ImproperlyConfigured if there is something else than keys in the file.
    """
    box()
    replace(key_file(), f"{Fernet.generate_key().decode()}\n{key_file().read_text().strip()}\n")


def lock_anew() -> int:
    """Encrypt with the newest key whatever is not yet, in one transaction; return how many.

    What no key opens is left as it is: it can't be read before or after.
    """
    renewed = 0
    newest = Fernet(key_file().read_text().split()[0])
    with transaction.atomic():
        for model, field in _columns():
            for pk, token in _tokens(model, field, lock=True):
                if _opens(newest, token) or not _opens(box(), token):
                    continue
                plain = box().decrypt(token.encode()).decode()
                renewed += model._default_manager.filter(pk=pk).update(**{field: plain})
    return renewed


def drop_old_keys() -> int:
    """Leave only the newest key in the file; return how many are gone."""
    newest, *old = key_file().read_text().split()
    replace(key_file(), newest + "\n")
    return len(old)


def unreadable() -> list[tuple[type[models.Model], int]]:
    """The rows with something that no key opens: model and primary key."""
    return [
        (model, pk)
        for model, field in _columns()
        for pk, token in _tokens(model, field)
        if not _opens(box(), token)
    ]


@contextmanager
def alone() -> Iterator[None]:
    """Keep a second rotation off: each would forget the other's key. Raises BusyError."""
    folder = os.open(key_file().parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError from error
        yield
    finally:
        os.close(folder)


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field.name


def _tokens(
    model: type[models.Model], field: str, *, lock: bool = False
) -> Iterator[tuple[int, str]]:
    """Every row's primary key and what is stored in the column, undeciphered."""
    rows = model._default_manager.exclude(**{field: ""}).order_by("pk")
    if lock:
        rows = rows.select_for_update()
    yield from rows.annotate(token=Cast(field, models.TextField())).values_list("pk", "token")


def _opens(key: Fernet | MultiFernet, token: str) -> bool:
    try:
        key.decrypt(token.encode())
    except InvalidToken:
        return False
    return True
