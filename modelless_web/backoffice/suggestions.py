"""What is suggested in the admin as somebody types."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model

from modelless_web.backoffice import masks


class Suggestions(AutocompleteJsonView):
    """Django's own, without a word of what people wrote."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        shown = masks.hide(obj) if masks.is_private(type(obj)) else obj
        return super().serialize_result(shown, to_field_name)
