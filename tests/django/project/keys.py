"""Keys as wide as the version of Django has them: 64 bits in 5.2, 32 bits in 3.2."""

from django.conf import settings
from django.utils.module_loading import import_string


def key():
    field = import_string(settings.DEFAULT_AUTO_FIELD)
    return field(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
