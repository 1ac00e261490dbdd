"""Addresses of a person's own pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from postline.web.accounts import may, password, project, settings, sign_in

urlpatterns = [
    path("accounts/login/", sign_in.sign_in, name="sign-in"),
    path("accounts/logout/", sign_in.sign_out, name="sign-out"),
    path("accounts/language/", set_language, name="language"),
    path("accounts/password/", password.forgotten, name="forgotten-password"),
    path("accounts/password/sent/", password.sent, name="password-sent"),
    path("accounts/password/set/<uidb64>/<token>/", password.SetPassword.as_view(), name="set-password"),
    path("project/", project.choose, name="choose-project"),
    path("settings/", settings.own, name="settings"),
    path("settings/rights/", may.own, name="own-rights"),
    path("settings/password/", settings.change_password, name="change-password"),
]
