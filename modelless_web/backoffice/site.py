"""The site of Django admin, Django's own but for its name and for one door less."""

from typing import cast

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path


class Site(AdminSite):
    site_header = "Modelless Studio"
    site_title = "Modelless Studio admin"
    index_title = "Admin"
    # The header has a link of its own, with plainer words.
    site_url = None
    # Five tables need no second menu, and the ledger needs the width.
    enable_nav_sidebar = False

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        # A site is made before there are models.
        from modelless_web.backoffice.suggestions import Suggestions  # noqa: PLC0415

        return cast(HttpResponse, Suggestions.as_view(admin_site=self)(request))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without the way from any row to its page: it asks for no right, so it tells what exists,
        and the pages of the studio are there for their owners only.
        """
        kept = [
            place for place in super().get_urls() if getattr(place, "name", "") != "view_on_site"
        ]
        return [*self._own_urls(), *kept]

    def _own_urls(self) -> list[URLPattern]:
        from modelless_web.backoffice.operations import pages  # noqa: PLC0415 - as above

        shown = {"engine": pages.show_engine, "storage": pages.show_storage}
        return [
            path(f"{name}/", self.admin_view(page), {"site": self}, name=name)
            for name, page in shown.items()
        ]


class SiteConfig(AdminConfig):
    default_site = "modelless_web.backoffice.site.Site"
