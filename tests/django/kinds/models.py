"""A model with a field of every kind."""

import uuid

from django.db import models


class Every(models.Model):
    class Status(models.TextChoices):
        REQUESTED = "requested"
        IN_PROGRESS = "in_progress"

    class Level(models.IntegerChoices):
        LOW = 1
        HIGH = 10

    date = models.DateField()
    time = models.TimeField()
    duration = models.DurationField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    large = models.DecimalField(max_digits=29, decimal_places=0)
    ratio = models.FloatField()
    uuid = models.UUIDField(default=uuid.uuid4)
    data = models.JSONField()
    url = models.URLField()
    slug = models.SlugField()
    address = models.GenericIPAddressField()
    content = models.BinaryField()
    status = models.CharField(max_length=12, choices=Status.choices)
    level = models.IntegerField(choices=Level.choices)
    maybe_date = models.DateField(null=True, blank=True)
    maybe_price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    maybe_data = models.JSONField(null=True, blank=True)
    maybe_address = models.GenericIPAddressField(null=True, blank=True)
    added = models.DateField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
