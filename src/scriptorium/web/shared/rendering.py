"""How form fields become HTML."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class FieldRenderer(TemplatesSetting):
    """Renders every field group by our own component."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
