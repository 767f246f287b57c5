"""The owner: the first staff account, made by a link that the first start prints."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.crypto import salted_hmac

from modelless_web.records.models import User


def has_owner() -> bool:
    """Whether somebody can enter Django admin."""
    return User.objects.filter(is_staff=True, is_active=True).exists()


def owner_token() -> str:
    """The secret of the link: as good as the secret key, and worthless once there is an owner."""
    return salted_hmac("modelless_web.owner", settings.SECRET_KEY, algorithm="sha256").hexdigest()


def make_owner(person: User) -> bool:
    """Save ``person`` as the owner unless there is one; of many at once, one succeeds."""
    with transaction.atomic():
        _decide_alone()
        if has_owner():
            return False
        person.is_staff = person.is_superuser = True
        person.save()
    return True


def _decide_alone() -> None:
    """Let nobody else decide before this transaction ends; SQLite's begins with a lock of its own.

    There is no owner to lock yet. The row that says what a user is, is always there.
    """
    kinds = ContentType.objects.select_for_update()
    list(kinds.filter(app_label=User._meta.app_label, model=User._meta.model_name))
