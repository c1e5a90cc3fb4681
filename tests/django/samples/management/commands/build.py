"""Makes the tables and fills each of them."""

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from samples import rows


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        # Exits if a migration is missing.
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        rows.fill()
        models = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
        tables = {model._meta.db_table: model for model in models}
        with connection.cursor() as cursor:
            unknown = set(connection.introspection.table_names(cursor)) - set(tables)
        empty = [table for table, model in tables.items() if not model.objects.exists()]
        if unknown or empty:
            raise CommandError(f"without rows: {sorted(unknown)} {empty}")
