"""The list of models, in every version of the gateways."""

import json

import pytest

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.wire.models import Offer, read_models

ITEMS = [{"id": "b", "object": "model"}, {"id": "a", "permission": [], "parent": None}]


@pytest.mark.parametrize(
    "listing",
    [
        {"object": "list", "data": ITEMS},
        {"success": True, "data": ITEMS},
        {"success": True, "object": "list", "data": ITEMS},
        {"data": [*ITEMS, {"id": "a"}, {"id": ""}, {}, None]},
        {"data": ["b", "a"]},
        ITEMS,
    ],
)
def test_the_ids_are_sorted_whatever_the_shape(listing: object) -> None:
    assert read_models(json.dumps(listing).encode()) == [Offer("a"), Offer("b")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"success":false,"message":"broke"}', "upstream"),
        (b'{"error":{"message":"x","code":"invalid_api_key"}}', "auth"),
        (b"<!DOCTYPE html>", "html"),
        (b"", "empty"),
        (b'{"object":"list"}', "upstream"),
        (b"[", "upstream"),
    ],
)
def test_what_is_no_list_is_an_error(body: bytes, kind: str) -> None:
    with pytest.raises(GatewayError) as caught:
        read_models(body)
    assert caught.value.kind.value == kind
