"""The admin is all there is to see: the rest is the new site's."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
