"""Fill a studio with rows whose every text is hostile, or with their harmless twins.

Runs beside the studio on its data folder, as ``python -m tests.browser.hostile.rows hostile``.
No gateway could write all of this: some columns are shorter, some are filled by the studio alone.
What is to be shown is that no page depends on it. Prints the ids, and a session of the owner.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "modelless_web.config.settings"
django.setup()

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402 - needs the settings
from django.contrib.auth import login  # noqa: E402 - likewise, and all that follow
from django.contrib.auth.models import Group  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.utils import timezone  # noqa: E402

from modelless_web.records.ids import uuid7  # noqa: E402
from modelless_web.records.models import (  # noqa: E402
    Action,
    Attempt,
    Audit,
    Board,
    Budget,
    Charge,
    Choice,
    Draft,
    Drift,
    ErrorGroup,
    Gateway,
    Generation,
    Model,
    Picture,
    PriceRule,
    Reference,
    Share,
    Status,
    Tag,
    User,
)
from modelless_web.records.models.drafts import MOST_DRAFTS  # noqa: E402
from modelless_web.records.models.generations import Transcript  # noqa: E402
from modelless_web.records.models.stored import StoredImage  # noqa: E402
from modelless_web.records.usage import rollup  # noqa: E402
from modelless_web.studio.requests import PASSWORD_BACKEND  # noqa: E402
from tests.browser.hostile.words import COUNT, Words  # noqa: E402
from tests.studio.factories import a_picture  # noqa: E402

# For the draft that holds all attempts, and for those that tests begin.
ROOM = 10

type Say = Callable[[str], str]


class Writer:
    """Writes one row of every kind for each attempt, and one that holds all of them."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.now = timezone.now()
        # What is written about itself: the owner of all this has the same kind of name.
        self.owner = self.person(words.all, is_staff=True, is_superuser=True)

    def one(self, number: int) -> Say:
        return lambda carrier: self.words.one(carrier, number)

    def write(self) -> dict[str, Any]:
        """Write everything; return the ids of the rows that hold all attempts."""
        first = [self.rows(self.one(number)) for number in range(COUNT)]
        whole = self.rows(self.words.all)
        made = [row["generation"].pk for row in first]
        Generation.objects.filter(pk__in=made).update(parent=whole["generation"])
        Generation.objects.filter(pk=whole["generation"].pk).update(parent=first[0]["generation"])
        gateway, group = cast(Gateway, whole["gateway"]), cast(ErrorGroup, whole["errorgroup"])
        thrown = self.generation(self.words.all, gateway, group)
        Generation.objects.filter(pk=thrown.pk).update(deleted_at=self.now)
        for row in (*whole.values(), self.owner):
            self.log(row, self.words.all)
        for number in range(MOST_DRAFTS - ROOM):
            self.draft(self.one(number))
        ids: dict[str, Any] = {kind: str(row.pk) for kind, row in whole.items()}
        pictures = [str(row["picture"].pk) for row in first]
        generations = [str(pk) for pk in made]
        signature = cast(Share, whole["share"]).signature
        own = {"owner": self.owner.pk, "draft": str(self.draft(self.words.all).pk)}
        own["signature"] = signature
        return ids | own | {"generations": generations, "pictures": pictures}

    def rows(self, say: Say) -> dict[str, models.Model]:
        gateway = self.gateway(say)
        model = Model.objects.create(
            gateway=gateway, name=say("model"), description=say("description"), kind="chat"
        )
        group = self.error_group(say)
        generation, person = self.generation(say, gateway, group), self.person(say)
        picture = self.picture(say, generation)
        return {
            "gateway": gateway,
            "model": model,
            "pricerule": self.price_rule(say, model),
            "drift": self.drift(say, gateway),
            "errorgroup": group,
            "generation": generation,
            "picture": picture,
            "reference": self.reference(say, picture),
            "share": Share.objects.create(generation=generation, with_prompt=True),
            "user": person,
            "budget": Budget.objects.create(
                scope="person", person=person, period="day", limit=Decimal(5)
            ),
            "group": Group.objects.create(name=say("group")),
            "action": Action.objects.create(
                owner=self.owner, verb="tag", value=say("action"), state="done"
            ),
            "board": self.board(say, generation),
            "audit": Audit.objects.create(
                actor=self.owner, what="read", kind="seed", address=say("visited")
            ),
        }

    def person(self, say: Say, **powers: bool) -> User:
        # Everybody has one name, and two people can't have the same.
        name = say("owner" if powers else "user")
        names = {"first_name": say("first"), "last_name": say("last"), "email": say("email")}
        return User.objects.create(username=name, **names, **powers)

    def gateway(self, say: Say) -> Gateway:
        return Gateway.objects.create(
            name=say("gateway"),
            base_url=f"https://gateway.example/{say('address')}",
            key_tail=say("tail"),
            trouble=say("trouble"),
            price_trouble=say("price-trouble"),
            down_since=self.now,
            checked_at=self.now,
        )

    def price_rule(self, say: Say, model: Model) -> PriceRule:
        rule: PriceRule = PriceRule.objects.create(
            gateway=model.gateway,
            model=model.name,
            task="",
            group=say("price-group"),
            note=say("price-note"),
        )
        return rule

    def drift(self, say: Say, gateway: Gateway) -> Drift:
        """Alarms about a model, and about a bill."""
        figures = {"low": 1, "high": 1, "actual": 7, "runs": 12, "currency": "USD"}
        times = {"since": self.now, "seen_at": self.now, "checked_at": self.now}
        Drift.objects.create(gateway=gateway, models_used=[say("alarmed")], **figures, **times)
        return Drift.objects.create(gateway=gateway, model=say("alarmed"), **figures, **times)

    def error_group(self, say: Say) -> ErrorGroup:
        return ErrorGroup.objects.create(
            fingerprint=uuid7().hex,
            kind="upstream",
            code=say("group-code"),
            sample=say("sample"),
            first_seen=self.now,
            last_seen=self.now,
        )

    def generation(self, say: Say, gateway: Gateway, group: ErrorGroup) -> Generation:
        asked = {name: say(f"asked-{name}") for name in ("system", "stop", "temperature")}
        row = Generation.objects.create(
            owner=self.owner,
            gateway=gateway,
            model=say("run-model"),
            model_kind="chat",
            descent="refined",
            submission=uuid7().hex,
            prompt=say("prompt"),
            asked=asked,
            request={
                "model": say("sent"),
                "stop": say("sent-stop"),
                say("name"): [say("value")],
                "stream": True,
            },
            response={"model": say("echoed"), say("reply-name"): {"say": [say("reply")]}},
            text=say("text"),
            reasoning=say("reasoning"),
            status=Status.FAILED,
            finish_reason=say("finish"),
            error_kind="upstream",
            charge=Charge.MAYBE,
            error_code=say("code"),
            error_status=502,
            error_message=say("message"),
            error_request_id=say("request-id"),
            error_body=say("body"),
            error_group=group,
            first_byte_at=self.now,
            last_byte_at=self.now,
            saved_at=self.now,
            lease_owner=say("lease"),
        )
        rollup.count([row.pk])
        Choice.objects.create(
            generation=row,
            index=0,
            text=say("choice"),
            reasoning=say("thought"),
            finish_reason=say("choice-finish"),
        )
        Attempt.objects.create(
            generation=row,
            number=1,
            began_at=self.now,
            ended_at=self.now,
            waited=1,
            error_kind="upstream",
            error_code=say("attempt-code"),
            error_message=say("attempt"),
            error_body=say("attempt-body"),
        )
        packed = Transcript.packed(sent=say("bytes").encode(), received=say("answer").encode())
        Transcript.objects.create(generation=row, **packed)
        return row

    def board(self, say: Say, generation: Generation) -> Board:
        """One with a generation on it that has a tag, too, and one that is smart."""
        tag = Tag.objects.create(owner=self.owner, name=say("tag"))
        tag.generations.add(generation)
        Board.objects.create(owner=self.owner, name=say("smart"), query=say("query"))
        board = Board.objects.create(owner=self.owner, name=say("board"))
        board.generations.add(generation)
        return board

    def picture(self, say: Say, generation: Generation) -> Picture:
        """One that is stored, after one that is lost and one that nobody fetches today."""
        made = [
            a_picture(
                generation,
                state=state,
                position=position,
                alt=say("alt"),
                source_url=f"https://{say('file')}",
                trouble=say("picture-trouble"),
                next_try_at=self.now + timedelta(days=1),
            )
            for position, state in enumerate(("waiting", "lost", "stored"))
        ]
        return made[-1]

    def reference(self, say: Say, picture: Picture) -> Reference:
        """The same bytes, given along with what they came from."""
        made = Reference.objects.create(
            owner=self.owner,
            source_url=f"https://{say('along')}",
            **{field.name: getattr(picture, field.name) for field in StoredImage._meta.fields},
        )
        made.generations.add(picture.generation)
        return made

    def draft(self, say: Say) -> Draft:
        names = ("prompt", "system", "stop", "logit_bias", "n", "temperature", "model")
        fields = {name: say(f"draft-{name.replace('_', '-')}") for name in names}
        return Draft.objects.create(
            owner=self.owner,
            name=say("draft"),
            words=say("draft-words"),
            fields=fields,
            writer=say("writer"),
        )

    def log(self, row: models.Model, say: Say) -> None:
        LogEntry.objects.create(
            user=self.owner,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=say("logged"),
            action_flag=CHANGE,
            change_message=say("change"),
        )

    def session(self) -> str:
        """Sign the owner in; return the id of the session."""
        request = HttpRequest()
        request.session = SessionStore()
        login(request, self.owner, backend=PASSWORD_BACKEND)
        request.session.save()
        return str(request.session.session_key)


def main() -> None:
    """Write the rows, in one transaction."""
    with transaction.atomic():
        writer = Writer(Words(are_hostile=sys.argv[1] == "hostile"))
        ids = writer.write()
        print(json.dumps({"session": writer.session(), "ids": ids}))


if __name__ == "__main__":
    main()
