"""Every setting of an installation, read from the environment.

Each value that an operator may change is listed in ``docs/operators/settings.md``; a test
compares that page with this file.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.utils.csp import CSP

from scriptorium.kernel import clock
from scriptorium.project.environment import database, read, read_flag, read_int

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(read("SCRIPTORIUM_VAR", "var")).resolve()
VAR.mkdir(parents=True, exist_ok=True)

DEMO = read_flag("SCRIPTORIUM_DEMO")
TESTING = read_flag("SCRIPTORIUM_TESTING")
DEBUG = False
BASE_URL = read("SCRIPTORIUM_BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")


def _secret_key() -> str:
    """Return the configured key, or one made once and kept in ``var`` for a local installation."""
    configured = read("SCRIPTORIUM_SECRET_KEY")
    if configured:
        return configured
    if HTTPS:
        sys.exit("Set SCRIPTORIUM_SECRET_KEY to a long random text before serving over https.")
    kept = VAR / "secret-key"
    if not kept.exists():
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return kept.read_text().strip()


SECRET_KEY = _secret_key()
_host = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = [_host, "localhost", "127.0.0.1", "[::1]"] if not HTTPS else [_host]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []

# The body that runs this installation; the shipped one is invented (DOMAIN §1).
BODY_NAME = read("SCRIPTORIUM_BODY_NAME", "Institute of Clinical Scribes")
BODY_PHONE = read("SCRIPTORIUM_BODY_PHONE", "+1 555 0100 200")
BODY_HOURS = read("SCRIPTORIUM_BODY_HOURS", "Monday to Friday, 8 am to 6 pm Pacific time")
BODY_EMAIL = read("SCRIPTORIUM_BODY_EMAIL", "support@body.example")
BODY_ADDRESS = read("SCRIPTORIUM_BODY_ADDRESS", "400 Meadow Street, Suite 210, Portland, OR 97205")
BODY_TIME_ZONE = read("SCRIPTORIUM_BODY_TIME_ZONE", "America/Los_Angeles")
PROGRAMME_DIR = Path(
    read("SCRIPTORIUM_PROGRAMME_DIR", str(PACKAGE / "programmes" / "medical_scribe"))
)

TIME_TRAVEL_DAYS = read_int("SCRIPTORIUM_TIME_TRAVEL", 0) if (DEMO or TESTING) else 0
clock.bind(shift=dt.timedelta(days=TIME_TRAVEL_DAYS), zone=BODY_TIME_ZONE)

INSTALLED_APPS = [
    "scriptorium.database",
    "scriptorium.domains.audit",
    "scriptorium.domains.catalog",
    "scriptorium.domains.notifications",
    "scriptorium.domains.accounts",
    "scriptorium.domains.practices",
    "scriptorium.domains.exams",
    "scriptorium.domains.training",
    "scriptorium.domains.ledger",
    "scriptorium.domains.memberships",
    "scriptorium.domains.credentials",
    "scriptorium.domains.support",
    "scriptorium.domains.orders",
    "scriptorium.web",
    "scriptorium.commands",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]

MIDDLEWARE = [
    "scriptorium.web.shared.middleware.RequestClock",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "scriptorium.web.shared.middleware.SecondFactor",
    "scriptorium.web.shared.middleware.PlainRefusals",
]

ROOT_URLCONF = "scriptorium.project.urls"
WSGI_APPLICATION = "scriptorium.project.wsgi.application"

DATABASES = {
    "default": database(read("SCRIPTORIUM_DATABASE_URL", f"sqlite:///{VAR}/scriptorium.sqlite3"))
    | {"CONN_MAX_AGE": 0 if "postgres" in read("SCRIPTORIUM_DATABASE_URL") else None}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url = read("SCRIPTORIUM_CACHE_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache_url,
    }
    if _cache_url
    else {
        # Rate limits need one cache that all processes of the machine share.
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR / "cache"),
    }
}

# Money --------------------------------------------------------------------------------------
# Who takes cards: stripe://?key=…&webhook_secret=…, or sandbox:// where anybody pays with nothing.
# Empty: no payment online; invoices are paid by cheque, transfer or phone.
PAYMENTS_URL = read("SCRIPTORIUM_PAYMENTS_URL", "sandbox://" if DEMO else "")
PAYMENTS_DIR = VAR / "payments"
_PAYMENT_PAGES = ["https://checkout.stripe.com"] if PAYMENTS_URL.startswith("stripe:") else []
# Where transfers go, printed on invoices and shown beside them.
REMITTANCE = read(
    "SCRIPTORIUM_REMITTANCE", "First Meadow Bank, routing number 000000000, account 0000 0000"
)

# Sessions ---------------------------------------------------------------------------------
SESSION_ENGINE = "scriptorium.database.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS and read_flag("SCRIPTORIUM_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    # "Pay by card" is a form that ends on the provider's page.
    "form-action": [CSP.SELF, *_PAYMENT_PAGES],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": _VALIDATION + "UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
ALLAUTH_TRUSTED_PROXY_COUNT = read_int("SCRIPTORIUM_TRUSTED_PROXIES", 0)
ACCOUNT_ADAPTER = "scriptorium.web.shared.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = (
    False if TESTING or read_flag("SCRIPTORIUM_BENCH") else {}
)
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = BODY_NAME
USERSESSIONS_TRACK_ACTIVITY = False

# Pages ------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            PACKAGE / "web" / surface / "templates"
            for surface in ("shared", "public", "member", "practice", "office")
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "scriptorium.web.shared.chrome.chrome",
            ],
        },
    }
]
FORM_RENDERER = "scriptorium.web.shared.rendering.FieldRenderer"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "shared" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
USE_TZ = True
TIME_ZONE = BODY_TIME_ZONE
LANGUAGE_CODE = "en-us"
USE_I18N = False
DATE_FORMAT = "j M Y"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

MIGRATION_MODULES: dict[str, str] = {}

# Mail and files -----------------------------------------------------------------------------
EMAIL_URL = read("SCRIPTORIUM_EMAIL_URL")
MAIL_DIR = VAR / "mail"
DEFAULT_FROM_EMAIL = f"{BODY_NAME} <{BODY_EMAIL}>"
# Where servers return what they cannot deliver, for ``scriptorium bounces`` to read.
BOUNCE_EMAIL = read("SCRIPTORIUM_BOUNCE_EMAIL", BODY_EMAIL)
STORAGE_URL = read("SCRIPTORIUM_STORAGE_URL", f"file://{VAR}/files")

# Credentials in the world ---------------------------------------------------------------------
# Private keys of badges, one file each; and the key that signs certificates, when there is one.
KEYS_DIR = Path(read("SCRIPTORIUM_KEYS_DIR", str(VAR / "keys")))
SIGNING_KEY = read("SCRIPTORIUM_SIGNING_KEY")
SIGNING_PASSPHRASE = read("SCRIPTORIUM_SIGNING_PASSPHRASE")
# Look-ups of credentials that one address may make in a minute.
VERIFY_LIMIT = read_int("SCRIPTORIUM_VERIFY_LIMIT", 30)

UPLOAD_MAX_BYTES = read_int("SCRIPTORIUM_UPLOAD_MAX_MB", 10) * 1024 * 1024

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
