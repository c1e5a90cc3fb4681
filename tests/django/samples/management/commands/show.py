"""Prints lettings and profiles as JSON, read through the models."""

import json

from django.core.management.base import BaseCommand
from django.forms.models import model_to_dict

from samples.site_models import Letting, Profile


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        lettings = [
            {"id": letting.pk, "title": letting.title, **place(letting.address)}
            for letting in Letting.objects.select_related("address").order_by("pk")
        ]
        profiles = [
            {
                "id": profile.pk,
                "favorite_city": profile.favorite_city,
                "username": profile.user.username,
                "first_name": profile.user.first_name,
                "last_name": profile.user.last_name,
                "email": profile.user.email,
            }
            for profile in Profile.objects.select_related("user").order_by("pk")
        ]
        self.stdout.write(json.dumps({"lettings": lettings, "profiles": profiles}))


def place(address):
    return model_to_dict(address, exclude=["id"])
