"""Rows for every table: always the same, with gaps between the ids and a high one at the end."""

from datetime import datetime, timezone

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import connection, transaction

from .site_models import Address, Letting, Profile

# The password of everybody who has one.
PASSWORD = "Füße & 鍵"

# id, username, first name, last name, email, favorite city
PEOPLE = [
    (1, "admin", "", "", "", None),
    (2, "Zoë", "Zoë", "D'Aubigné", "zoe@example.org", "Curaçao"),
    (3, "Дарья", "Дарья", "Иванова", "darya@example.org", "Владивосток"),
    (5, "さくら", "さくら", "山田", "sakura@example.org", "🌸 京都"),
    (8, "مريم", "مريم", "الزهراء", "", ""),
    (13, "a+b@c.example", "<script>alert(1)</script>", "& Söhne", "a+b@c.example", "<b>Berlin</b>"),
    (21, "x" * 150, "n" * 30, "m" * 150, "y" * 242 + "@example.org", "z" * 64),
    (34, "zoë", "quote \" and '", "back\\slash", "o'hara@example.org", 'The "Big" Apple'),
    (2001, "last", "👩‍👩‍👧", "tab\tline\nend", "last@example.org", "%s {{ 7 * 7 }} $1"),
]

# id, title, number, street, city, state, zip code, country; an address has the letting's id + 3.
LETTINGS = [
    (1, "Joshua Tree Green Haus /w Hot Tub", 7217, "Bedford Street", "Brunswick", "GA", 31525, "USA"),
    (2, "Zoë's Château — très chic", 0, "Rue de l'Église", "Saint-Étienne", "FR", 0, "FRA"),
    (4, "Дача у моря", 9999, "улица Ленина", "Сочи", "КК", 99999, "RUS"),
    (7, "さくらの家 🏡", 12, "桜通り", "京都市", "京都", 60001, "JPN"),
    (11, "<script>alert(\"letting\")</script>", 3, "<i>Street</i>", "</h1>", "<B", 1, "&LT"),
    (18, 'Quotes " and \' and ` and \\', 44, "semi;colon -- comment", "per%cent", "''", 4, "%S$"),
    (29, "t" * 256, 5, "s" * 64, "c" * 64, "ZZ", 7, "ZZZ"),
    (4711, "{{ 7 * 7 }} ${x} the last one", 8, "Last Lane", "Ende", "EN", 8, "END"),
]


def at(*when):
    return datetime(*when, tzinfo=timezone.utc)


@transaction.atomic
def fill():
    users = people()
    groups(users)
    sessions(users)
    for key, title, *place in LETTINGS:
        names = ("number", "street", "city", "state", "zip_code", "country_iso_code")
        address = Address.objects.create(id=key + 3, **dict(zip(names, place)))
        Letting.objects.create(id=key, title=title, address=address)
    # Nobody lets this one.
    Address.objects.create(
        id=5000, number=1, street="Nowhere", city="", state="NO", zip_code=2, country_iso_code="NOW"
    )
    log(users)
    # Rows with keys of their own leave PostgreSQL's sequences where they were.
    models = [User, Group, Session, LogEntry, Address, Letting, Profile]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def people():
    # As many rounds as a test has time for; the form is that of any other.
    hasher = PBKDF2PasswordHasher()
    users = []
    for key, username, first_name, last_name, email, favorite_city in PEOPLE:
        user = User.objects.create(
            id=key,
            username=username,
            password=hasher.encode(PASSWORD, f"salt{key}", 1000) if key != 8 else "!unusable",
            first_name=first_name,
            last_name=last_name,
            email=email,
            is_staff=key <= 2,
            is_superuser=key == 1,
            is_active=key != 13,
            date_joined=at(2020, 6, 14, 9, 41, 15, 326411 if key % 2 else 0),
            last_login=at(2021, 12, 31, 23, 59, 59, 999999) if key in (1, 5) else None,
        )
        users.append(user)
        if favorite_city is not None:
            Profile.objects.create(id=key * 10, user=user, favorite_city=favorite_city)
    return users


def groups(users):
    permissions = list(Permission.objects.order_by("content_type__model", "codename"))
    editors = Group.objects.create(id=3, name="Rédacteurs «Été»")
    nobody = Group.objects.create(id=900, name="空")
    editors.permissions.set(permissions[::3])
    editors.user_set.set(users[1:4])
    nobody.user_set.add(users[-1])
    for number, user in enumerate(users):
        user.user_permissions.set(permissions[number :: len(users)])


def sessions(users):
    for number, user in enumerate(users[:3]):
        data = {"_auth_user_id": str(user.pk), "città": "Forlì", "list": [1, None, "さ"]}
        Session.objects.create(
            session_key=f"{number:032}",
            session_data=SessionStore().encode(data),
            expire_date=at(2099, 1, 2, 3, 4, 5, 60000 if number else 0),
        )


def log(users):
    content_type = ContentType.objects.get_for_model(Letting)
    changes = '[{"changed": {"fields": ["Title", "Adresse"]}}]'
    for key, flag, message in ((1, ADDITION, '[{"added": {}}]'), (2, CHANGE, changes), (70, DELETION, "")):
        LogEntry.objects.create(
            id=key,
            action_time=at(2022, 2, 28, 12, 0, key % 60, key),
            user=users[0],
            content_type=content_type if key != 70 else None,
            object_id=str(key),
            object_repr="Дача у моря 🏡",
            action_flag=flag,
            change_message=message,
        )
