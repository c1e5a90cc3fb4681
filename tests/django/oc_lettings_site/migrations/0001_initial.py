"""Addresses, lettings and profiles, in one app."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from project.keys import key


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", key()),
                ("number", models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(9999)])),
                ("street", models.CharField(max_length=64)),
                ("city", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=2, validators=[django.core.validators.MinLengthValidator(2)])),
                ("zip_code", models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(99999)])),
                ("country_iso_code", models.CharField(max_length=3, validators=[django.core.validators.MinLengthValidator(3)])),
            ],
            options={
                "verbose_name_plural": "addresses",
            },
        ),
        migrations.CreateModel(
            name="Letting",
            fields=[
                ("id", key()),
                ("title", models.CharField(max_length=256)),
                ("address", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="oc_lettings_site.address")),
            ],
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", key()),
                ("favorite_city", models.CharField(blank=True, max_length=64)),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
