"""The models of the site, in whichever app the layout has them."""

from django.apps import apps

LABELS = ("lettings", "profiles", "oc_lettings_site")


def model(name):
    for label in LABELS:
        if apps.is_installed(label) and name in apps.all_models[label]:
            return apps.get_model(label, name)
    raise LookupError(name)


Address = model("address")
Letting = model("letting")
Profile = model("profile")
