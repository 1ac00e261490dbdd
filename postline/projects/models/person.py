"""A person of the staff, and what they are in which project."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from postline.projects.models.project import Group, Project


class Role(models.TextChoices):
    """What a person is. `admin` and `auditor` are roles in the whole installation, without a project."""

    LINE1 = "line1", _("First line")
    LINE2 = "line2", _("Second line")
    TRAINEE = "trainee", _("Trainee")
    TRAINER = "trainer", _("Trainer")
    EDITOR = "editor", _("Editor of the help centre")
    PRODUCT = "product", _("Product manager")
    LEAD = "lead", _("Team lead")
    PROJECT_ADMIN = "project-admin", _("Project administrator")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


INSTALLATION_ROLES = frozenset({Role.ADMIN, Role.AUDITOR})


class Theme(models.TextChoices):
    """Light, dark, or what the person's system says."""

    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class People(BaseUserManager["Person"]):
    """Finds people by login, in any case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(login__iexact=username)


class Person(AbstractBaseUser):
    """A member of the staff: an agent, a lead, an administrator…"""

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    time_zone = models.CharField(max_length=64, blank=True, default="")
    theme = models.CharField(max_length=8, blank=True, default=Theme.SYSTEM, choices=Theme)
    single_keys = models.BooleanField(default=True)  # letters as shortcuts; can be switched off (WCAG 2.1.4)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    refused_email = models.EmailField(blank=True, default="")  # where a message to them could not be delivered
    refusal = models.CharField(max_length=500, blank=True, default="")  # what its server said

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Any] = People()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("login"), name="person_login_any_case")]

    def __str__(self) -> str:
        return self.login

    @property
    def shown_name(self) -> str:
        """How colleagues see this person."""
        return self.name or self.login

    @property
    def takes_no_mail(self) -> bool:
        """Whether the last message to their present address came back."""
        return bool(self.email) and self.refused_email.lower() == self.email.lower()


class Membership(models.Model):
    """A person's role in a project (in all, where `project` is empty), and the group they work in."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "project", "role", "group"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="membership_of_installation",
                condition=models.Q(role__in=["admin", "auditor"], project__isnull=True)
                | (~models.Q(role__in=["admin", "auditor"]) & models.Q(project__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"
