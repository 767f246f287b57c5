"""The owner: the first staff account, made by a link that the first start prints."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from modelless_web.records.models import User


def has_owner() -> bool:
    """Whether somebody can enter Django admin."""
    return User.objects.filter(is_staff=True, is_active=True).exists()


def owner_token() -> str:
    """The secret of the link: as good as the secret key, and worthless once there is an owner."""
    return salted_hmac("modelless_web.owner", settings.SECRET_KEY, algorithm="sha256").hexdigest()
