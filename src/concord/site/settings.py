"""Settings. An operator changes them by environment variables that begin with CONCORD_."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("CONCORD_VAR", ROOT / "var"))
CONCORD_DATA = Path(os.environ.get("CONCORD_DATA", ROOT / "data"))
CONCORD_VOCABULARY = CONCORD_DATA / "vocabulary"
CONCORD_SENSITIVE_RULES = os.environ.get("CONCORD_SENSITIVE_RULES", "")
"""A file by which the operator extends or switches the rules of the content check."""

CONCORD_ASSUMPTIONS = os.environ.get("CONCORD_ASSUMPTIONS", "")
"""A folder with the operator's own assumptions.csv and role_profiles.csv, whose rows go first."""


def _secret_key() -> str:
    """The key of this installation: from the environment, or kept in a file only we can read."""
    if given := os.environ.get("CONCORD_SECRET_KEY"):
        return given
    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


def _database(url: str | None) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "concord.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,  # a large upload is written in one go, and others wait for it
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    if not re.fullmatch(r"postgres(ql)?", parts.scheme):
        message = "CONCORD_DATABASE_URL must look like postgresql://user:password@host/name"
        raise ImproperlyConfigured(message)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
    }


def _ports(name: str) -> list[int]:
    text = os.environ.get(name, "443")
    if not re.fullmatch(r"\d{1,5}(,\d{1,5})*", text):
        message = f"{name} must look like 443 or 443,8443"
        raise ImproperlyConfigured(message)
    return [int(port) for port in text.split(",")]


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("CONCORD_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("CONCORD_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "concord.web",  # before the libraries whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "concord.record",
    "concord.register",
    "concord.accounts",
    "concord.exchange",
    "concord.studies",
    "concord.library",
    "concord.api",
]
MIDDLEWARE = [
    "concord.api.problems.Problems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "concord.site.access.AccessRecord",
    "concord.web.middleware.NotTooLarge",
    "concord.web.middleware.NoNul",
    "concord.web.middleware.SecurityHeaders",
    "concord.web.middleware.ConcordErrors",
]
ROOT_URLCONF = "concord.site.urls"
WSGI_APPLICATION = "concord.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "concord.web.context.portal",
            ],
        },
    }
]
DATABASES = {"default": _database(os.environ.get("CONCORD_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LOCALE = ROOT / "src" / "concord" / "locale"
LANGUAGES = [
    (code, name)
    for code, folder, name in (
        ("en", "", "English"),
        ("zh-hans", "zh_Hans", "简体中文"),
        ("ja", "ja", "日本語"),
        ("ko", "ko", "한국어"),
        ("id", "id", "Bahasa Indonesia"),
        ("ms", "ms", "Bahasa Melayu"),
        ("vi", "vi", "Tiếng Việt"),
    )
    if (LOCALE / folder).exists()  # a language is offered when its words are there
]
LOCALE_PATHS = [LOCALE]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 3600

CONCORD_SCANNER = os.environ.get("CONCORD_SCANNER", "")
"""A command that looks through a file, whose path is its last word; it ends with 0 for clean, 1 for
harmful. Without one, files of the library are said not to be looked through."""

CONCORD_ANALYSIS_URL = os.environ.get("CONCORD_ANALYSIS_URL", "")
"""Where studies run: PostgreSQL or Spark by its address; DuckDB in memory where it is empty."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Behind HTTPS the operator says so, and cookies travel by it alone.
HAS_HTTPS = os.environ.get("CONCORD_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HAS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HAS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HAS_HTTPS else None
CSRF_FAILURE_VIEW = "concord.web.errors.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# One table for all processes: limits on sign-in count what every one of them sees.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "name"]}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "concord.accounts.adapter.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation is what lets somebody in
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = os.environ.get("CONCORD_NAME", "Concord")
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_ADAPTER = "concord.accounts.adapter.InvitedByProvider"
SOCIALACCOUNT_AUTO_SIGNUP = True  # the invitation is what lets somebody in, not a form
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": json.loads(os.environ.get("CONCORD_OIDC", "[]"))}
}
EMAIL_BACKEND = os.environ.get(
    "CONCORD_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("CONCORD_FROM", "concord@localhost")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CONCORD_LOG", "WARNING")},
}
CONCORD_ADDRESS = os.environ.get("CONCORD_ADDRESS", "http://127.0.0.1:8000")
CONCORD_NAME = os.environ.get("CONCORD_NAME", "Concord")

# From where feeds are fetched: public addresses over TLS, unless the operator allows more.
CONCORD_FEEDS_ALLOW_HTTP = os.environ.get("CONCORD_FEEDS_ALLOW_HTTP") == "1"
CONCORD_FEEDS_ALLOW_PRIVATE = os.environ.get("CONCORD_FEEDS_ALLOW_PRIVATE") == "1"
CONCORD_FEEDS_PORTS = _ports("CONCORD_FEEDS_PORTS")

# Where web hooks may lead to, likewise.
CONCORD_HOOKS_ALLOW_HTTP = os.environ.get("CONCORD_HOOKS_ALLOW_HTTP") == "1"
CONCORD_HOOKS_ALLOW_PRIVATE = os.environ.get("CONCORD_HOOKS_ALLOW_PRIVATE") == "1"
CONCORD_HOOKS_PORTS = _ports("CONCORD_HOOKS_PORTS")
CONCORD_LICENCE = os.environ.get(
    "CONCORD_LICENCE", "https://creativecommons.org/licenses/by/4.0/"
)  # of the data that the public may take away
