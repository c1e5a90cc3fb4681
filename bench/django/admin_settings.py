"""The settings of the project of the tests, as one would serve it: templates cached, no debugging."""

from project.settings import *  # noqa: F403

ROOT_URLCONF = "admin_urls"
ALLOWED_HOSTS = ["127.0.0.1"]
