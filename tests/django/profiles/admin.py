"""The models in the admin."""

from django.contrib import admin

from .models import Profile

admin.site.register([Profile])
