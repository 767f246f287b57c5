"""The pages of Django admin. The site is Django's own; only its name and looks are ours."""

from django.contrib import admin

from modelless_web.backoffice.gateways import GatewayAdmin
from modelless_web.backoffice.generations import GenerationAdmin
from modelless_web.backoffice.offers import ModelAdmin
from modelless_web.backoffice.people import UserAdmin
from modelless_web.backoffice.pictures import PictureAdmin
from modelless_web.backoffice.troubles import ErrorGroupAdmin

__all__ = [
    "ErrorGroupAdmin",
    "GatewayAdmin",
    "GenerationAdmin",
    "ModelAdmin",
    "PictureAdmin",
    "UserAdmin",
]

admin.site.site_header = "Modelless Studio"
admin.site.site_title = "Modelless Studio admin"
admin.site.index_title = "Admin"
# The header has a link of its own, with plainer words.
admin.site.site_url = None
# Five tables need no second menu, and the ledger needs the width.
admin.site.enable_nav_sidebar = False
