"""Adds rows with values at the edges of what fields hold, or prints all rows as Python sees them."""

import datetime
import decimal
import json
import uuid

from django.core.management.base import BaseCommand

from kinds.models import Every

FIRST = {
    "date": datetime.date(1, 1, 1),
    "time": datetime.time(0, 0),
    "duration": datetime.timedelta(0),
    "price": decimal.Decimal("0"),
    "large": decimal.Decimal("0"),
    "ratio": 0.0,
    "uuid": uuid.UUID(int=0),
    "data": {},
    "url": "http://a.bc",
    "slug": "a",
    "address": "0.0.0.0",
    "content": b"",
    "status": "requested",
    "level": 1,
}
LAST = {
    "date": datetime.date(2024, 2, 29),
    "time": datetime.time(23, 59, 59, 999999),
    "duration": datetime.timedelta(days=-100000, microseconds=1),
    "price": decimal.Decimal("-999999.99"),
    "large": decimal.Decimal(10) ** 28,
    "ratio": 0.1 + 0.2,
    "uuid": uuid.UUID(int=2**128 - 1),
    "data": {"😀 \"\\ é\n": [1, -2.5, None, True, 2**60, "\u2028"]},
    "url": "https://user@example.com:8000/a?b=c#d",
    "slug": "a-b_C9",
    "address": "2001:db8::1",
    "content": bytes(range(256)),
    "status": "in_progress",
    "level": 10,
    "maybe_date": datetime.date(9999, 12, 31),
    "maybe_price": decimal.Decimal("12.5"),
    "maybe_data": [],
    "maybe_address": "::ffff:1.2.3.4",
}
MIDDLE = {
    **LAST,
    "time": datetime.time(9, 41, 15, 326000),
    "duration": datetime.timedelta(days=1, hours=2, seconds=3, microseconds=5),
    "price": decimal.Decimal("0.10"),
    "ratio": -1.7976931348623157e308,
    "data": "text",
    "maybe_data": 1e300,
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["add", "show"])

    def handle(self, action, **options):
        if action == "add":
            for values in [FIRST, MIDDLE, LAST]:
                every = Every(**values)
                every.full_clean(exclude=["data", "content"])
                every.save()
            return
        names = [field.name for field in Every._meta.fields if field.name not in ("added", "changed")]
        rows = [
            {name: shown(getattr(every, name)) for name in names}
            for every in Every.objects.order_by("pk")
        ]
        self.stdout.write(json.dumps(rows))


def shown(value):
    """How Python shows it, with numbers whose zeros at the end do not count as such."""
    return repr(bytes(value)) if isinstance(value, memoryview) else repr(value)
