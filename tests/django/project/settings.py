"""Settings of a site whose database is to be adopted; see README.md."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

import django

LAYOUT_APPS = {
    "split": ["lettings", "profiles"],
    "old": ["oc_lettings_site"],
    "kinds": ["kinds"],
    "inspected": ["polls", "stays", "kinds"],
}


def database(url):
    """What DATABASES has for an address."""
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": rest}
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL is sqlite:/path or postgres://user@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


# It signs nothing but made-up sessions.
SECRET_KEY = "for the tests alone"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost"]

DATABASES = {"default": database(os.environ["DATABASE_URL"])}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    *LAYOUT_APPS[os.environ.get("LAYOUT", "split")],
    "samples",
]
DEFAULT_AUTO_FIELD = (
    "django.db.models.BigAutoField"
    if django.VERSION >= (5,)
    else "django.db.models.AutoField"
)

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "project.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
