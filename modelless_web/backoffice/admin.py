"""The pages of Django admin."""

from modelless_web.backoffice.audit_log import AuditAdmin
from modelless_web.backoffice.budgets import BudgetAdmin
from modelless_web.backoffice.gateways import GatewayAdmin
from modelless_web.backoffice.generations import GenerationAdmin
from modelless_web.backoffice.offers import ModelAdmin
from modelless_web.backoffice.people import UserAdmin
from modelless_web.backoffice.pictures import PictureAdmin
from modelless_web.backoffice.prices import DriftAdmin, PriceRuleAdmin
from modelless_web.backoffice.references import ReferenceAdmin
from modelless_web.backoffice.shares import ShareAdmin
from modelless_web.backoffice.troubles import ErrorGroupAdmin

__all__ = [
    "AuditAdmin",
    "BudgetAdmin",
    "DriftAdmin",
    "ErrorGroupAdmin",
    "GatewayAdmin",
    "GenerationAdmin",
    "ModelAdmin",
    "PictureAdmin",
    "PriceRuleAdmin",
    "ReferenceAdmin",
    "ShareAdmin",
    "UserAdmin",
]
