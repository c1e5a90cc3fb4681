"""Signs in to the admin, opens the list of every model, and prints what the lists count."""

import json

from django.contrib import admin
from django.core.management.base import BaseCommand, CommandError
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse

from samples.rows import PASSWORD


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        # Answers have their context only then.
        setup_test_environment()
        client = Client()
        signing_in = {"username": "admin", "password": PASSWORD, "next": "/admin/"}
        if client.post(reverse("admin:login"), signing_in).status_code != 302:
            raise CommandError("admin cannot sign in")
        counts = {}
        for model in admin.site._registry:
            label = model._meta.label_lower
            address = reverse(f"admin:{label.replace('.', '_')}_changelist")
            answer = client.get(address)
            if answer.status_code != 200:
                raise CommandError(f"{address} answers {answer.status_code}")
            counts[label] = answer.context["cl"].result_count
        self.stdout.write(json.dumps(counts))
