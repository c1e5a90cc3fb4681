"""Lettings and their addresses; the columns stand in an order of their own."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from project.keys import key


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", key()),
                ("number", models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(9999)])),
                ("country_iso_code", models.CharField(max_length=3, validators=[django.core.validators.MinLengthValidator(3)])),
                ("street", models.CharField(max_length=64)),
                ("city", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=2, validators=[django.core.validators.MinLengthValidator(2)])),
                ("zip_code", models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(99999)])),
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
                ("address", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="lettings.address")),
            ],
        ),
    ]
