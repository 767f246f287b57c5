"""What the gateway puts on its bill is what the studio reckons, whichever way a picture is made."""

from decimal import Decimal
from typing import Any, Final

import pytest

from modelless_web.engine import tasks
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images
from modelless_web.records.models import Drift, Gateway, Generation, User
from tests.engine.asking import finish, offered, press
from tests.support import factories

# The model, what is asked of it, dollars; None: whatever its tokens say.
CHAT: Final = [
    ("stable-diffusion", {}, "0.04"),
    ("stable-diffusion", {"n": 3}, "0.04"),
    ("practice-inline", {"stream": False}, "0.02"),
    ("practice-structured", {}, None),
    ("practice-duplicate", {"n": 2}, None),
    ("practice-refused", {}, "0"),
    ("practice-moderated", {}, "0"),
]
# The same, with how many pictures go along.
IMAGES: Final = [
    ("dall-e-3", {}, 0, "0.04"),
    ("dall-e-3", {"size": "1792x1024", "quality": "hd"}, 0, "0.12"),
    ("dall-e-3", {"quality": "hd", "response_format": "b64_json"}, 0, "0.08"),
    ("dall-e-2", {"n": 3, "size": "256x256"}, 0, "0.024"),
    ("gpt-image-1", {"n": 2, "quality": "low"}, 0, "0.084"),
    ("gpt-image-1", {"n": 2, "stream": True, "partial_images": 1}, 0, "0.084"),
    ("dall-e-3-moderated", {}, 0, "0"),
    ("dall-e-2", {"n": 2, "size": "512x512"}, 1, "0.018"),
    ("gpt-image-1", {"input_fidelity": "high"}, 2, "0.042"),
    ("gpt-image-1", {"size": "1536x1024", "stream": True}, 1, "0.042"),
    ("gpt-image-1-no-edits", {}, 1, "0"),
    ("dall-e-2", {"n": 3, "size": "256x256", "is_variation": True}, 1, "0.024"),
]


@pytest.fixture
def seller(engine: Engine, practice_url: str) -> Gateway:
    """The practice gateway, connected like any other: it asks for money, though nobody pays it."""
    gateway = factories.gateway(practice_url)
    tasks.refresh_models()
    return gateway


def made(at: Gateway, owner: User, asked: Chat | Images) -> Generation:
    """The generation, once its run has ended."""
    return finish(press(offered(at, asked.model), asked, owner))


def billed(at: Gateway) -> Decimal:
    """What has come onto the bill since the gateway was connected."""
    Gateway.objects.update(bill_asked_at=None)
    tasks.refresh_models()
    before, after = at.bills.order_by("read_at")
    grown: Decimal = after.used - before.used
    assert after.counted - before.counted == grown
    assert not Drift.objects.exists()
    return grown


@pytest.mark.parametrize(("model", "values", "amount"), CHAT)
def test_pictures_of_a_chat_are_billed_as_they_are_reckoned(
    seller: Gateway, model: str, values: dict[str, Any], amount: str | None
) -> None:
    row = made(seller, factories.guest(), factories.chat(model, "A lake 96x64", **values))
    cost = row.cost or Decimal()
    assert billed(seller) == cost
    assert cost > 0 if amount is None else cost == Decimal(amount)


@pytest.mark.parametrize(("model", "values", "along", "amount"), IMAGES)
def test_pictures_of_the_images_api_are_billed_as_they_are_reckoned(
    seller: Gateway, model: str, values: dict[str, Any], along: int, amount: str
) -> None:
    owner = factories.guest()
    given = [factories.reference(owner, factories.photo(64, 64 + side)) for side in range(along)]
    asked = Images(
        model=model,
        prompt="A lake",
        traits=image_traits(model),
        pictures=tuple(row.name for row in given),
        **values,
    )
    row = made(seller, owner, asked)
    assert billed(seller) == row.cost == Decimal(amount)
