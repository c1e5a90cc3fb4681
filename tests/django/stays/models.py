"""Models with what a column alone does not tell: constraints, indexes, relations, and odd names."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class Room(models.Model):
    name = models.CharField(max_length=40, unique=True)
    code = models.SlugField()
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__gte=1), name="stays_room_price")]


class Guest(models.Model):
    name = models.CharField(max_length=64)
    liked = models.ManyToManyField(Room)
    friends = models.ManyToManyField("self")
    shunned = models.ManyToManyField(Room, related_name="shunning", db_table="stays_bad_rooms")


class Stay(models.Model):
    room = models.ForeignKey(Room, on_delete=models.PROTECT)
    guest = models.ForeignKey(Guest, on_delete=models.SET_NULL, null=True, blank=True)
    contract = models.ForeignKey("Contract", on_delete=models.CASCADE, db_column="paper")
    option = models.OneToOneField("Option", on_delete=models.CASCADE, db_column="chosen")
    arrival = models.DateField()
    departure = models.DateField()
    status = models.CharField(max_length=12)
    type = models.PositiveSmallIntegerField(db_column="Type of Stay")
    number = models.PositiveIntegerField()

    class Meta:
        unique_together = [("room", "number")]
        indexes = [
            models.Index(fields=["arrival", "departure"], name="stays_stay_days"),
            models.Index(Lower("status"), name="stays_stay_lower"),
            models.Index(fields=["arrival"], condition=Q(status="open"), name="stays_stay_open"),
            models.Index(fields=["-departure"], name="stays_stay_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(departure__gt=F("arrival")), name="stays_stay_in_order"
            ),
            models.UniqueConstraint(
                fields=["room", "arrival"],
                condition=Q(status__in=["open", "confirmed"]),
                name="stays_stay_once",
            ),
            models.UniqueConstraint(
                Lower("status"), "guest", "arrival", name="stays_stay_one_of_each_guest"
            ),
        ]


class Contract(models.Model):
    code = models.CharField(max_length=9, primary_key=True)
    text = models.TextField()


class Option(models.Model):
    self = models.BooleanField(default=False)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True)
