"""Drafts: what stands in the composer, kept while it is typed."""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from secrets import token_bytes
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import Truncator

from modelless_web.records.ids import uuid7
from modelless_web.records.models.generations import Generation

if TYPE_CHECKING:
    from modelless_web.records.models.users import User

MOST_DRAFTS: Final = 100
LONGEST_NAME: Final = 80
FIRST_WORDS: Final = 60
EMPTY: Final = "Empty draft"
KEPT_IN_TRASH: Final = timedelta(days=1)
# What counts as words: a draft in which none of these is filled in is an empty one.
SPOKEN: Final = ("prompt", "system", "stop", "logit_bias")


def offer(owner: "User") -> UUID:
    """An id for a new draft of this person, and of nobody else."""
    seed = token_bytes(8)
    return UUID(bytes=seed + _seal(seed, owner))


def is_offered(pk: UUID, owner: "User") -> bool:
    """Whether the studio has made the id for this person."""
    return compare_digest(pk.bytes[8:], _seal(pk.bytes[:8], owner))


def _seal(seed: bytes, owner: "User") -> bytes:
    name = f"{owner.opaque_id.hex} {seed.hex()}"
    return salted_hmac("a new draft", name, algorithm="sha256").digest()[:8]


class TooManyDraftsError(Exception):
    """A person has as many drafts as they may have, and none of them is empty or sent."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What one page holds: ``fields`` as typed, and how to tell it from what other pages hold.

    ``submission`` is the one-time id under which the page would send it; ``writer`` is the page,
    empty where no script can name it; ``edit`` counts that page's changes.
    """

    fields: dict[str, str]
    submission: str = ""
    writer: str = ""
    edit: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is now kept, and whether it had to part from what another page wrote."""

    draft: "Draft"
    has_parted: bool = False


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: "User") -> Self:
        """Start of every query on a person's behalf: their own and not deleted, last used first."""
        return self.filter(owner=user, deleted_at=None).order_by("-used_at", "-id")

    def in_trash_of(self, user: "User") -> Self:
        """A person's deleted drafts, each for a day."""
        return self.filter(owner=user, deleted_at__isnull=False)

    def with_words(self) -> Self:
        """Those in which somebody has typed something, or that they have named."""
        return self.exclude(name="", words="")

    def with_sent(self) -> Self:
        """Say of each whether what it holds is in the ledger already (``is_sent``)."""
        same = Generation.objects.filter(owner=OuterRef("owner"), submission=OuterRef("submission"))
        return self.annotate(is_sent=Exists(same))

    def listed_for(self, user: "User") -> Self:
        """Those to choose from, without what they hold; history has the unnamed that were sent."""
        mine = self.visible_to(user).with_sent()
        return mine.exclude(name="", is_sent=True).defer("fields")

    def write(self, owner: "User", pk: UUID, version: int, typed: Typed) -> Kept:
        """Keep what a page holds as the draft ``pk``, of which it has read ``version`` (0: new).

        Nothing is overwritten that the page has not read: what another page wrote meanwhile stays
        as it is, and this becomes a draft of its own, as it does if ``pk`` is gone, another's, or
        was never offered to this person: the three look the same from outside.
        Repeating a write changes nothing, and of one page's writes the last counts, in whatever
        order they arrive.

        Raises ``TooManyDraftsError`` if it would be one more.
        """
        try:
            return self._write(owner, pk, version, typed)
        except IntegrityError:
            # Another request of the same page has begun it in the meantime.
            return self._write(owner, pk, version, typed)

    def forget(self) -> None:
        """Delete for good what has lain in the trash for a day."""
        self.filter(deleted_at__lt=timezone.now() - KEPT_IN_TRASH).delete()

    def duplicate(self, draft: "Draft") -> "Draft":
        """Make a second draft of one; raises ``TooManyDraftsError``."""
        name = f"{draft.title} (copy)"
        return self._begin(draft.owner, uuid7(), Typed(draft.fields), name)

    def _write(self, owner: "User", pk: UUID, version: int, typed: Typed) -> Kept:
        with transaction.atomic():
            kept = self.visible_to(owner).select_for_update().filter(pk=pk).first()
            if kept is None:
                is_new = version == 0 and is_offered(pk, owner)
                # The id of one in this person's trash stays with that.
                begin = self._begin if is_new and not self.filter(pk=pk).exists() else self._apart
                return Kept(begin(owner, pk, typed))
            if kept.has_heard(typed):
                return Kept(kept)
            if kept.version == version or kept.is_of(typed):
                return Kept(kept.write(typed))
            name = f"{kept.name or first_words(typed.fields) or EMPTY} (other tab)"
            return Kept(self._apart(owner, pk, typed, name), has_parted=True)

    def _apart(self, owner: "User", pk: UUID, typed: Typed, name: str = "") -> "Draft":
        # Made of both ids, so that a page which did not hear the answer comes to the same draft,
        # and of the person's, so that nobody comes upon another's.
        own = uuid5(pk, f"{owner.opaque_id.hex} {typed.writer or uuid7().hex}")
        before = self.visible_to(owner).filter(pk=own).first()
        if before:
            return before if before.has_heard(typed) else before.write(typed)
        return self._begin(owner, uuid7() if self.filter(pk=own).exists() else own, typed, name)

    def _begin(self, owner: "User", pk: UUID, typed: Typed, name: str = "") -> "Draft":
        mine = self.visible_to(owner)
        if mine.count() >= MOST_DRAFTS:
            spare = mine.with_sent().filter(Q(words="") | Q(is_sent=True), name="").last()
            if spare is None:
                raise TooManyDraftsError
            spare.delete()
        return self.model(pk=pk, owner=owner, name=name[:LONGEST_NAME], version=0).write(typed)


class Draft(models.Model):
    """What stands in one person's composer, as typed, valid or not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", db_index=False
    )
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    words = models.CharField(
        max_length=FIRST_WORDS, blank=True, help_text="Its first words; empty if it has none."
    )
    fields = models.JSONField(default=dict)
    submission = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    writer = models.CharField(max_length=64, blank=True)
    edit = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    is_sent: bool
    """Whether what it holds is in the ledger; only there in ``with_sent`` queries."""

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-used_at"], name="last_used_of_owner"),
            models.Index(
                fields=["deleted_at"],
                name="drafts_in_the_trash",
                condition=Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('create')}?draft={self.pk}"

    @property
    def title(self) -> str:
        """The name it was given, else its first words."""
        return self.name or self.words or EMPTY

    def is_of(self, typed: Typed) -> bool:
        """Whether the page that wrote it last is this one."""
        return typed.writer != "" and self.writer == typed.writer

    def has_heard(self, typed: Typed) -> bool:
        """Whether it holds the same, or something newer of the same page."""
        return self.fields == typed.fields or (self.is_of(typed) and typed.edit < self.edit)

    def write(self, typed: Typed) -> Self:
        """Hold what was typed, as the next version."""
        self.fields, self.writer, self.edit = typed.fields, typed.writer, typed.edit
        self.submission = "" if self._is_new_wish(typed) else typed.submission
        self.words = first_words(typed.fields)
        self.version += 1
        self.changed_at = self.used_at = timezone.now()
        self.save(force_insert=self._state.adding)
        return self

    def _is_new_wish(self, typed: Typed) -> bool:
        """Whether other words went out under that one-time id: then these are still to be sent."""
        sent = Generation.objects.filter(owner=self.owner, submission=typed.submission)
        prompts = sent.values_list("prompt", flat=True)
        return any(prompt != typed.fields.get("prompt", "").strip() for prompt in prompts)

    def open(self) -> None:
        """Make it the one that Create comes back to."""
        Draft.objects.filter(pk=self.pk).update(used_at=timezone.now())

    def rename(self, name: str) -> None:
        """Give it a name; an empty one lets its first words speak for it again."""
        self.name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
        self.save(update_fields=["name"])

    def trash(self) -> None:
        """Put it out of sight for a day; ``restore`` brings it back."""
        Draft.objects.filter(pk=self.pk).update(deleted_at=timezone.now())

    def restore(self) -> None:
        """Bring it back from the trash."""
        Draft.objects.filter(pk=self.pk).update(deleted_at=None, used_at=timezone.now())


def first_words(fields: dict[str, str]) -> str:
    """The beginning of the first field that says something, on one line."""
    said = (" ".join(fields.get(name, "").split()) for name in SPOKEN)
    return str(Truncator(next(filter(None, said), "")).chars(FIRST_WORDS))
