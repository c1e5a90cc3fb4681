"""An admin with the columns, search fields and filters that the module `lettings` registers."""

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import path
from lettings.models import Address, Letting
from profiles.models import Profile

site = admin.AdminSite()


@admin.register(Letting, site=site)
class LettingAdmin(admin.ModelAdmin):
    list_display = ["title", "address", "city", "state"]
    list_select_related = ["address"]
    search_fields = ["title", "address__street", "address__city"]
    list_filter = ["address__state", "address__country_iso_code"]
    raw_id_fields = ["address"]
    save_as = True

    @admin.display(ordering="address__city")
    def city(self, letting):
        return letting.address.city

    @admin.display(ordering="address__state")
    def state(self, letting):
        return letting.address.state


site.register([Address, Profile, User, Group])

urlpatterns = [path("admin/", site.urls)]
