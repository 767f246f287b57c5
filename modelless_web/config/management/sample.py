"""A history that nobody lived: rows for measuring, the same again for the same seed."""

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, batched
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import AutoField, Model
from PIL import Image

from modelless_web.config.management.cast import MODELS, TAGS, Cast, Member, Prices
from modelless_web.gateway.traits import describe
from modelless_web.records import store
from modelless_web.records.ids import first_at
from modelless_web.records.models import (
    Choice,
    Gateway,
    Generation,
    Picture,
    Placement,
    Status,
    Tag,
    User,
)
from modelless_web.records.search import index
from modelless_web.records.usage import rollup, storage

SPAN: Final = timedelta(days=3 * 365)
BATCH: Final = 2000
ORIGINALS: Final = 12
RARE: Final = "quetzalcoatl"
"""A word of every ten thousandth prompt, for whoever measures a search for a rare one."""
_COMMON: Final = (
    "a the of in with and light sea at on painting style detailed lighthouse night city portrait "
    "soft forest colours red watercolour mountain blue old rain photograph morning street golden "
    "misty cinematic shadows river cat winter garden tiny dawn market harbour boat bridge fox "
    "window glass tower autumn paper sky clouds field wooden train robot castle lantern island"
)
_SYLLABLES: Final = "ka lo mi ren ta vor shi el bra nu quo pel dras zi um fen gor ith"
_VOCABULARY: Final = 8000
_ENDS: Final = {
    Status.SUCCEEDED: 900,
    Status.FAILED: 60,
    Status.CANCELLED: 35,
    Status.INTERRUPTED: 5,
}
_ERRORS: Final = {
    "rate": "Too many requests; slow down.",
    "timeout": "The gateway did not answer in time.",
    "moderation": "The prompt was refused by the provider's filter.",
    "quota": "The account has no credit left.",
}
_STARS: Final = (0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 4, 4, 5)


@dataclass(slots=True)
class Made:
    """The rows of one batch."""

    generations: list[Generation]
    choices: list[Choice]
    pictures: list[Picture]
    tagged: list[Any]
    placed: list[Placement]


class Sample:
    """Makes ``count`` generations of some people, evenly over the three years before ``until``."""

    def __init__(self, owners: list[User], gateway: Gateway, *, until: datetime, seed: int) -> None:
        self._owners = owners
        self._gateway = gateway
        self._until = until
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._vocabulary = _vocabulary()
        self._weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))
        self._kinds = {name: describe(name).kind for name in MODELS}

    def make(self, count: int) -> Iterator[int]:
        """Write the rows, a transaction for each batch of them; yield how many there are."""
        self._originals = _originals(self._seed)
        self._cast = Cast(self._owners, self._seed)
        self._prices = Prices(self._gateway, self._until - SPAN)
        done = 0
        for numbers in batched(range(count), BATCH):
            self._write(self._batch(numbers, SPAN / count))
            done += len(numbers)
            yield done
        storage.recount()

    def _batch(self, numbers: tuple[int, ...], step: timedelta) -> Made:
        made = Made([], [], [], [], [])
        start = self._until - SPAN
        for number in numbers:
            self._add(made, number, start + step * (number + self._random.random()))
        return made

    def _add(self, made: Made, number: int, moment: datetime) -> None:
        pick = self._random
        member = self._cast.who(pick, moment)
        (name,) = pick.choices([*MODELS], member.weights)
        (status,) = pick.choices(*zip(*_ENDS.items(), strict=True))
        makes_pictures = self._kinds[name] != "chat"
        answer = ""
        if status == Status.SUCCEEDED and not makes_pictures:
            answer = self._words(40, 160)
        row = self._row(member.owner, number, moment, name, status)
        row.text = answer
        made.generations.append(row)
        if status == Status.SUCCEEDED:
            made.choices.append(Choice(generation=row, index=0, text=answer, finish_reason="stop"))
        if status == Status.SUCCEEDED and makes_pictures:
            made.pictures.append(self._picture(row))
        self._mark(made, row, member)

    def _row(
        self, owner: User, number: int, moment: datetime, name: str, status: Status
    ) -> Generation:
        pick = self._random
        prompt = self._words(6, 24) + (f" {RARE}" if number % 10_000 == 0 else "")
        ended = moment + timedelta(seconds=pick.uniform(1, 20))
        kind = pick.choice(list(_ERRORS)) if status == Status.FAILED else ""
        is_done = status == Status.SUCCEEDED
        spent = (pick.randint(10, 90), pick.randint(10, 800)) if is_done else None
        return Generation(
            pk=UUID(int=first_at(moment).int | pick.getrandbits(62)),
            owner=owner,
            gateway=self._gateway,
            model=name,
            model_kind=self._kinds[name],
            submission=f"sample-{self._seed}-{number}",
            prompt=prompt,
            request={"model": name, "messages": [{"role": "user", "content": prompt}]},
            status=status,
            error_kind=kind,
            error_message=_ERRORS.get(kind, ""),
            prompt_tokens=spent and spent[0],
            completion_tokens=spent and spent[1],
            total_tokens=spent and sum(spent),
            picture_count=int(is_done and self._kinds[name] != "chat"),
            day=owner.day(moment),
            rating=pick.choice(_STARS),
            is_starred=pick.random() < 0.05,  # noqa: PLR2004 - a share
            is_rejected=pick.random() < 0.03,  # noqa: PLR2004 - a share
            queued_at=moment,
            first_byte_at=ended,
            last_byte_at=ended,
            saved_at=ended,
            duration_ms=(ended - moment) // timedelta(milliseconds=1),
            changed_at=ended,
            **self._prices.columns(name, status, kind, spent),
        )

    def _mark(self, made: Made, row: Generation, member: Member) -> None:
        pick = self._random
        through = Tag.generations.through
        if pick.random() < 0.15:  # noqa: PLR2004 - a share
            for tag in set(pick.choices(member.tags, range(len(TAGS), 0, -1), k=2)):
                made.tagged.append(through(tag_id=tag.pk, generation_id=row.pk))
        if pick.random() < 0.04:  # noqa: PLR2004 - a share
            made.placed.append(Placement(board=pick.choice(member.boards), generation=row))

    def _picture(self, row: Generation) -> Picture:
        kept = self._random.choice(self._originals)
        return Picture(
            id=UUID(int=row.pk.int ^ 1),
            generation=row,
            state=Picture.State.STORED,
            sha256=kept.sha256,
            media_type=kept.media_type,
            size=kept.size,
            width=kept.width,
            height=kept.height,
            colour=kept.colour,
            settled_at=row.saved_at,
        )

    def _words(self, least: int, most: int) -> str:
        pick = self._random
        many = pick.randint(least, most)
        return " ".join(pick.choices(self._vocabulary, cum_weights=self._weights, k=many))

    @transaction.atomic
    def _write(self, made: Made) -> None:
        for rows in (made.generations, made.choices, made.pictures, made.tagged, made.placed):
            _insert(rows)
        pks = [row.pk for row in made.generations]
        index.write(pks)
        rollup.count(pks)


def _insert(rows: Sequence[Model]) -> None:
    """As ``bulk_create`` does, in a third of its time: it compiles every value anew."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(connection.ops.quote_name(field.column or "") for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(meta.db_table)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608 - quoted


def tell_planner() -> None:
    """Have PostgreSQL know at once what its planner would learn in the next minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _vocabulary() -> list[str]:
    """Words by how often they come: everyday ones, then made-up ones in their thousands."""
    made = random.Random(1)  # noqa: S311 - no secret
    words = dict.fromkeys(_COMMON.split())
    syllables = _SYLLABLES.split()
    while len(words) < _VOCABULARY:
        words["".join(made.choices(syllables, k=made.randint(2, 4)))] = None
    return list(words)


def _originals(seed: int) -> list[store.Kept]:
    """A few small pictures that all generations share."""
    kept = []
    for number in range(ORIGINALS):
        image = Image.linear_gradient("L").resize((96 + 8 * number, 96)).convert("HSV")
        hue = Image.new("L", image.size, (number * 255 // ORIGINALS + seed) % 256)
        image = Image.merge("HSV", (hue, *image.split()[1:])).convert("RGB")
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        kept.append(store.keep(buffer.getvalue()))
    return kept
