"""Prints passwords, their users and Django's complaints, as lines of JSON, for
`django_validation.jsonl`. Needs django==5.2.*.
"""

import json
import random

import django
from django.conf import settings

validators = "django.contrib.auth.password_validation."
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    AUTH_PASSWORD_VALIDATORS=[
        {"NAME": validators + "UserAttributeSimilarityValidator"},
        {"NAME": validators + "MinimumLengthValidator"},
        {"NAME": validators + "CommonPasswordValidator"},
        {"NAME": validators + "NumericPasswordValidator"},
    ],
)
django.setup()
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

random.seed(52)


def show(password, username="", first_name="", last_name="", email=""):
    attributes = dict(
        username=username, first_name=first_name, last_name=last_name, email=email
    )
    errors = []
    try:
        validate_password(password, User(**attributes))
    except ValidationError as error:
        errors = error.messages
    print(json.dumps({"password": password, **attributes, "errors": errors}, ensure_ascii=False))


show("")
show("", "ada@example.org")
show("", "@")
show("short")
show("12345678")
show("9876543210987")
show("٣٤٥٦٧٨٩٠")
show("²³²³²³²³")
show("①②③④⑤⑥⑦⑧")
show("1234 5678")
show("-12345678")
show("password")
show("PassWord")
show("  password\t")
show("\x1cpassword\x1f")
show("\u2003password\u3000")
show("trustno1")
show("Admin")
show("correct horse battery staple")
show("ёлка ёлка ёлка")
show("пароль")

PEOPLE = [
    ("tunde", "Tunde", "Okafor", "tunde.okafor@lettings.example"),
    ("mary-jane_w", "Mary Jane", "Watson", "mj@example.com"),
    ("ΟΔΥΣΣΕΥΣ", "Οδυσσέας", "", "odysseus+site@example.gr"),
    ("İstanbul", "İpek", "Işık", "ipek@örnek.example"),
    ("straße", "Jürgen", "Groß", "j.gross@strasse.example"),
    ("x", "A", "B", "a@b.c"),
    ("user@host", "山田", "太郎", "yamada.taro@example.jp"),
    ("longusernamelongusername", "", "", ""),
]
for person in PEOPLE:
    username, first_name, last_name, email = person
    shown = {username, first_name, last_name, email, email.partition("@")[0], username[::-1]}
    for value in sorted(shown):
        show(value, *person)
        show(value.upper(), *person)
        show(value + "1985", *person)
        show("my" + value + "pw!", *person)
        show(value * 3, *person)
        show("q" * (9 * len(value) + 1) + value, *person)

# Near the limit: some characters kept, some put in, all in another order.
for person in PEOPLE:
    for value in person:
        for _ in range(6 if value else 0):
            kept = [character for character in value if random.random() < 0.75]
            kept += random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=random.randrange(6))
            random.shuffle(kept)
            show("".join(kept), *person)
