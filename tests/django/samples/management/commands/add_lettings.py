"""Writes lettings, each with its address in a transaction of its own, and prints their ids."""

import json

from django.core.management.base import BaseCommand
from django.db import transaction

from samples.site_models import Address, Letting


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("titles", nargs="+")

    def handle(self, titles, **options):
        ids = [self.add(title) for title in titles]
        self.stdout.write(json.dumps(ids))

    @transaction.atomic
    def add(self, title):
        address = Address.objects.create(
            number=7, street="Straße", city="Köln", state="NW", zip_code=50667, country_iso_code="DEU"
        )
        return Letting.objects.create(title=title, address=address).pk
