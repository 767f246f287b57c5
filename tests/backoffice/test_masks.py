"""Staff without the right to read prompts see numbers and money, and not a word of people."""

import io
import zlib
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import Client
from django.urls import reverse

from modelless_web.backoffice import masks
from modelless_web.records.models import Audit, Generation, Picture, Transcript, User
from tests.studio.addresses import EVERY, Work, addresses, some_work
from tests.support import factories

pytestmark = [
    # The steps of an export are taken in threads, which see only what is committed.
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

CANARY: Final = "canary-7f3a"
# Text that says nothing of what people asked or got: names, states, what the studio itself says.
OPEN: Final = {
    *("User", "Gateway", "Model", "PriceRule", "PicturePrice", "Budget", "Usage", "Knock"),
    *("Bill", "Drift"),
    *("Generation.model", "Generation.model_kind", "Generation.submission", "Generation.currency"),
    *("Generation.error_code", "Generation.error_request_id", "Generation.finish_reason"),
    *("Generation.lease_owner", "Generation.error_kind", "Choice.finish_reason"),
    *("Attempt.error_code", "Attempt.error_kind", "Attempt.error_request_id"),
    *("ErrorGroup.kind", "ErrorGroup.code", "ErrorGroup.fingerprint"),
    *("Picture.sha256", "Picture.media_type", "Picture.colour", "Discarded", "Verdict"),
    *("Reference.sha256", "Reference.media_type", "Reference.colour"),
    *("Audit.kind", "Audit.target", "Cull.key", "Words", "Entry"),
}
LIST: Final = "/admin/records/generation/"


def text_columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns in which there could be words of people."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        and not field.choices
        and not {model.__name__, f"{model.__name__}.{field.name}"} & OPEN
    ]


def canary_for(field: "models.Field[Any, Any]") -> Any:
    if not isinstance(field, models.JSONField):
        return CANARY
    return {CANARY: CANARY} if field.default is dict else [CANARY]


def put_canaries() -> int:
    """Write a word into every text column of every row; return how many columns there were."""
    count = 0
    for model in apps.get_app_config("records").get_models():
        for field in text_columns(model):
            models.QuerySet(model).update(**{field.name: canary_for(field)})
            count += 1
    packed = Transcript.packed(sent=CANARY.encode(), received=CANARY.encode())
    Transcript.objects.update(**packed)
    return count


@pytest.fixture
def work(media: object) -> Work:
    """Somebody's work with the canary in all of it, and in the history of its pages."""
    work = some_work(factories.person())
    then = work.row.queued_at
    work.row.attempts.create(number=1, began_at=then, ended_at=then, waited=1, error_kind="rate")
    factories.generation(work.owner)
    assert put_canaries() > 20
    LogEntry.objects.create(
        user=work.owner,
        content_type=ContentType.objects.get_for_model(Generation),
        object_id=str(work.row.pk),
        object_repr=CANARY,
        action_flag=CHANGE,
        change_message=CANARY,
    )
    return work


@pytest.fixture
def reader(db: None) -> Client:
    """Staff who may read prompts, too."""
    person = User.objects.create_user("reader", is_staff=True)
    person.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(person)
    return client


def places(work: Work) -> Iterator[str]:
    """Every address of the admin, as it is and with ways to look for words."""
    for route in EVERY:
        if route.startswith("admin/"):
            for address in addresses(route, work.ids):
                yield address
                if "changelist" in address or address.count("/") == 4:
                    yield f"{address.partition('?')[0]}?q=fox"


def told(answer: Any) -> bytes:
    return b"".join(answer) + str(answer.headers).encode()


def test_no_page_and_no_export_of_the_admin_has_a_word_of_it(masked: Client, work: Work) -> None:
    tried, through = 0, []
    for address in places(work):
        answer = masked.get(address)
        body = told(answer)
        tried += answer.status_code == 200
        leaked = [name for name in ("original", "320 px", "640 px") if work.secrets[name] in body]
        if CANARY.encode() in body or zlib.compress(CANARY.encode()) in body or leaked:
            through.append((address, leaked))
    assert tried > 30
    assert through == []


def test_the_same_pages_have_it_for_who_may_read(reader: Client, work: Work) -> None:
    for address in (LIST, f"{LIST}{work.row.pk}/change/", f"{LIST}export/jsonl/"):
        assert CANARY.encode() in told(reader.get(address)), address


def test_numbers_and_money_are_there_all_the_same(masked: Client, work: Work) -> None:
    Generation.objects.filter(pk=work.row.pk).update(total_tokens=98765)
    page = masked.get(LIST).content.decode()
    assert "98,765" in page
    assert masks.SENTENCE in page


def test_searching_words_is_refused_with_a_sentence(masked: Client, work: Work) -> None:
    for query in (CANARY, f"tag:{CANARY}", f"board:{CANARY}", f"-{CANARY} status:succeeded"):
        answer = masked.get(LIST, {"q": query})
        assert not answer.context["cl"].result_list
        assert "is reading them" in answer.content.decode()


def test_operators_and_ids_work(masked: Client, work: Work) -> None:
    for query in ("status:queued", f"owner:{work.owner.username}", str(work.row.pk)):
        assert masked.get(LIST, {"q": query}).context["cl"].result_list, query


def test_an_export_of_a_search_for_words_is_refused(masked: Client, work: Work) -> None:
    assert masked.get(f"{LIST}export/csv/", {"q": CANARY}).status_code == 403


@pytest.mark.parametrize(
    "lookup", ["prompt__startswith", "text__contains", "error_body__regex", "request__0"]
)
def test_a_column_cannot_be_guessed_letter_by_letter(
    masked: Client, work: Work, lookup: str
) -> None:
    assert masked.get(LIST, {lookup: "c"}).status_code == 400


def test_the_bytes_of_a_picture_are_not_served(masked: Client, work: Work) -> None:
    picture = Picture.objects.get(pk=str(work.ids["picture"]))
    for variant in ("320", "640", "original"):
        url = reverse("admin:records_picture_image", args=[picture.pk, variant])
        assert masked.get(url).status_code == 403


def test_an_export_leaves_out_what_is_hidden(masked: Client, work: Work) -> None:
    head = io.BytesIO(told(masked.get(f"{LIST}export/csv/"))).readline().decode("utf-8-sig")
    assert "total_tokens" in head
    assert not {"prompt", "answer", "tags", "request", "pictures"} & set(head.strip().split(","))


def test_a_masked_page_is_not_in_the_audit_log(masked: Client, work: Work) -> None:
    before = Audit.objects.count()
    for address in (LIST, f"{LIST}{work.row.pk}/change/"):
        assert masked.get(address).status_code == 200
    assert Audit.objects.count() == before


def test_a_hidden_address_is_not_taken_for_none(masked: Client, work: Work) -> None:
    page = masked.get(reverse("admin:records_picture_changelist")).content.decode()
    assert "In the answer itself" not in page
