"""The people of these tests, and rows for them to look at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from modelless_web.records import store
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Choice, Gateway, Generation, Model, Picture, User
from modelless_web.records.models.generations import Status, Transcript
from modelless_web.records.search import index

KEY = "sk-backoffice-0123456789abcdef-tail"

type Make = Callable[..., Generation]


@pytest.fixture(autouse=True)
def _plain_stores(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator", password="a long password")


@pytest.fixture
def staff(db: None) -> User:
    """Somebody who may enter, and has no rights yet."""
    return User.objects.create_user("staff", password="a long password", is_staff=True)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("painter")


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def gateway(db: None) -> Gateway:
    row = Gateway(name="Modelless", base_url="https://api.modelless.co/v1")
    row.set_key(KEY)
    row.save()
    Model.objects.create(gateway=row, name="stable-diffusion", kind=Model.Kind.IMAGE_CHAT)
    return row


@pytest.fixture
def make(gateway: Gateway, owner: User) -> Make:
    """Make a finished generation with a choice, a picture and a transcript."""

    def made(**columns: Any) -> Generation:
        row = Generation.objects.create(
            **{
                "owner": owner,
                "gateway": gateway,
                "model": "stable-diffusion",
                "model_kind": "image-chat",
                "submission": uuid7().hex,
                "prompt": "a lighthouse",
                "request": {"model": "stable-diffusion", "n": 1},
                "response": {"choices": [{"message": {"content": "done"}}]},
                "text": "done",
                "status": Status.SUCCEEDED,
                "total_tokens": 1234,
                **columns,
            }
        )
        index.write([row.pk])
        Choice.objects.create(generation=row, index=0, text="done", finish_reason="stop")
        Picture.objects.create(
            generation=row,
            state=Picture.State.STORED,
            sha256=row.pk.hex * 2,
            media_type="image/png",
            width=512,
            height=512,
            size=1000,
            source_url="https://pictures.example.com/a.png",
        )
        packed = Transcript.packed(sent=b"POST /v1", received=b"HTTP/1.1 200 OK")
        Transcript.objects.create(generation=row, **packed)
        return row

    return made


@pytest.fixture
def stored_picture(make: Make) -> Picture:
    """A picture whose bytes are there."""
    row = make().pictures.get()
    kept = store.keep(png())
    Picture.objects.filter(pk=row.pk).update(sha256=kept.sha256, size=kept.size)
    row.refresh_from_db()
    return row


def png() -> bytes:
    """The bytes of a small red picture."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def masked(client: Client, db: None) -> Client:
    """Staff who may see and change everything but read no prompt."""
    person = User.objects.create_user("counter", is_staff=True)
    person.user_permissions.set(Permission.objects.exclude(codename="read_prompts"))
    client.force_login(person)
    return client
