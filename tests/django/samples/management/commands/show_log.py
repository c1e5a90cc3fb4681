"""Prints the entries of the admin's log as JSON, with their messages in words."""

import json

from django.contrib.admin.models import LogEntry
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        entries = LogEntry.objects.select_related("user", "content_type").order_by("pk")
        self.stdout.write(json.dumps([show(entry) for entry in entries]))


def show(entry):
    content_type = entry.content_type
    return {
        "user": entry.user.get_username(),
        "model": content_type and f"{content_type.app_label}.{content_type.model}",
        "object_id": entry.object_id,
        "object": entry.object_repr,
        "flag": entry.action_flag,
        "message": entry.get_change_message(),
        "entry": str(entry),
    }
