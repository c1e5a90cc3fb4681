"""Writes a user with a profile, and prints the user's id."""

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from samples.site_models import Profile


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("favorite_city")

    @transaction.atomic
    def handle(self, username, favorite_city, **options):
        user = User(username=username, email="member@example.org")
        user.set_unusable_password()
        user.save()
        Profile.objects.create(user=user, favorite_city=favorite_city)
        self.stdout.write(str(user.pk))
