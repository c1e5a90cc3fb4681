"""The models in the admin."""

from django.contrib import admin

from .models import Address, Letting, Profile

admin.site.register([Address, Letting, Profile])
