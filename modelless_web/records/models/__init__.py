"""What is remembered, one file per thing."""

from modelless_web.records.models.actions import Action, Former
from modelless_web.records.models.audits import Audit
from modelless_web.records.models.bills import Bill, Drift
from modelless_web.records.models.budgets import Budget
from modelless_web.records.models.culls import Cull, Verdict
from modelless_web.records.models.drafts import Draft
from modelless_web.records.models.entries import Entry, Words
from modelless_web.records.models.gateways import Gateway, Model
from modelless_web.records.models.generations import (
    Basis,
    Charge,
    Choice,
    Generation,
    Status,
    Transcript,
)
from modelless_web.records.models.knocks import Knock
from modelless_web.records.models.marks import Board, Placement, Tag
from modelless_web.records.models.pictures import Discarded, Picture, Sketch
from modelless_web.records.models.prices import PicturePrice, PriceRule
from modelless_web.records.models.references import Reference
from modelless_web.records.models.shares import Share
from modelless_web.records.models.troubles import Attempt, ErrorGroup
from modelless_web.records.models.usage import Usage, UsageOfAll
from modelless_web.records.models.users import User

__all__ = [
    "Action",
    "Attempt",
    "Audit",
    "Basis",
    "Bill",
    "Board",
    "Budget",
    "Charge",
    "Choice",
    "Cull",
    "Discarded",
    "Draft",
    "Drift",
    "Entry",
    "ErrorGroup",
    "Former",
    "Gateway",
    "Generation",
    "Knock",
    "Model",
    "Picture",
    "PicturePrice",
    "Placement",
    "PriceRule",
    "Reference",
    "Share",
    "Sketch",
    "Status",
    "Tag",
    "Transcript",
    "Usage",
    "UsageOfAll",
    "User",
    "Verdict",
    "Words",
]
