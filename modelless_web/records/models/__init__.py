"""What is remembered, one file per thing."""

from modelless_web.records.models.actions import Action, Former
from modelless_web.records.models.culls import Cull, Verdict
from modelless_web.records.models.drafts import Draft
from modelless_web.records.models.entries import Entry, Words
from modelless_web.records.models.gateways import Gateway, Model
from modelless_web.records.models.generations import Choice, Generation, Status, Transcript
from modelless_web.records.models.knocks import Knock
from modelless_web.records.models.marks import Board, Placement, Tag
from modelless_web.records.models.pictures import Discarded, Picture
from modelless_web.records.models.troubles import Attempt, ErrorGroup
from modelless_web.records.models.users import User

__all__ = [
    "Action",
    "Attempt",
    "Board",
    "Choice",
    "Cull",
    "Discarded",
    "Draft",
    "Entry",
    "ErrorGroup",
    "Former",
    "Gateway",
    "Generation",
    "Knock",
    "Model",
    "Picture",
    "Placement",
    "Status",
    "Tag",
    "Transcript",
    "User",
    "Verdict",
    "Words",
]
