"""Logins and identities.

``User`` is the login (allauth keeps its e-mail addresses), ``Person`` the identity for life;
every other domain refers to the person (DESIGN §3).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from scriptorium.database.prepared import Prepared
from scriptorium.database.records import AppendOnly, ReferenceField
from scriptorium.domains.accounts.enums import StaffRole


def _of_key(key: int) -> models.QuerySet[User]:
    return User.objects.filter(pk=key)


_by_key = Prepared(_of_key, (7_000_001,), (7_000_002,))


class UserManager(BaseUserManager["User"]):
    """Makes logins; only the accounts operations call it."""

    def get(self, *args: Any, **kwargs: Any) -> User:
        """Return one login; by its key alone, as every request asks, without compiling anew."""
        if args or kwargs.keys() != {"pk"}:
            return super().get(*args, **kwargs)
        found = _by_key.first(int(kwargs["pk"]))
        if found is None:
            raise self.model.DoesNotExist("There is no such login.")
        return found

    def create_user(self, *, email: str, password: str | None, is_active: bool = True) -> User:
        """Insert a login; ``password`` None makes one that cannot sign in by password."""
        user = self.model(email=email.lower(), is_active=is_active)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A login."""

    personal_data = frozenset({"email"})

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()


class Person(models.Model):
    """A human with one identity for life, who belongs to nobody (DOMAIN §1)."""

    personal_data = frozenset(
        {
            "first_name",
            "last_name",
            "certificate_name",
            "email",
            "phone",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "background",
        }
    )

    reference = ReferenceField()
    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, blank=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    certificate_name = models.CharField(max_length=160)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=60, blank=True)
    background = models.CharField(max_length=30, blank=True)
    single_keys = models.BooleanField(default=True)
    #: In the public directory; opting out leaves verification as it is (STANDARDS row 11).
    listed = models.BooleanField(default=True)
    #: Protected: neither listed nor verifiable; looks like nobody (STANDARDS row 10).
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # One identity per address; merging duplicates is a staff journey.
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
        ]

    @property
    def name(self) -> str:
        """First and last name as the person writes them."""
        return f"{self.first_name} {self.last_name}".strip()


class StaffMember(models.Model):
    """A person's staff role, from when to when."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=12, choices=StaffRole)
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="staff_role_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="staff_role_end_paired",
            ),
        ]


class EmailChange(models.Model):
    """A wish to use another e-mail address, open until the new address confirms it."""

    personal_data = frozenset({"new_email"})

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    new_email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)


class SignUp(models.Model):
    """A wish for an account, open until the address confirms it; one for each address (S37)."""

    personal_data = frozenset({"first_name", "last_name", "email"})

    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()


class NameRequest(models.Model):
    """A person's wish for another name on certificates; staff decide (DOMAIN §6, S28)."""

    personal_data = frozenset({"wanted", "reason"})

    reference = ReferenceField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    wanted = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    approved = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(decided_at__isnull=True),
                name="one_open_name_request",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, decided_by="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(decided_by="")),
                name="name_request_decision_paired",
            ),
        ]


class SignInRecord(AppendOnly):
    """A failed or successful sign-in, kept one year (DOMAIN §12)."""

    personal_data = frozenset({"address", "login"})

    at = models.DateTimeField()
    login = models.CharField(max_length=254)
    address = models.GenericIPAddressField(null=True)
    succeeded = models.BooleanField()
