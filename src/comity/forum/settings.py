"""Django settings of the forum, all from the environment (:mod:`comity.forum.environment`).

Who may import me: Django, through ``DJANGO_SETTINGS_MODULE``. Start at ``INSTALLED_APPS``.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from comity.forum.environment import ask, ask_path, ask_yes, data_folder
from comity.forum.languages import prepare_languages

HERE = Path(__file__).resolve().parent
DATA = data_folder()
DEBUG = ask_yes("COMITY_DEBUG")
DEMO = ask_yes("COMITY_DEMO")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
ALLOWED_HOSTS = [
    each.strip() for each in ask("COMITY_HOSTS", ",".join(LOCAL_HOSTS)).split(",") if each.strip()
]
#: Only on this machine: cookies may travel without TLS, which nobody else can see.
LOCAL = DEBUG or set(ALLOWED_HOSTS) <= {*LOCAL_HOSTS, "testserver"}


def _secret() -> tuple[str, bool]:
    """Return the secret that signs sessions, and whether it will be the same after a new start."""
    given = ask("COMITY_SECRET_KEY")
    file = ask_path("COMITY_SECRET_KEY_FILE", DATA / "secret.key")
    if not given and file.is_file():
        given = file.read_text(encoding="utf-8").strip()
    return (given, True) if given else (secrets.token_urlsafe(50), False)


SECRET_KEY, SECRET_KEY_LASTS = _secret()
KEY_FILE = ask_path("COMITY_KEY_FILE", DATA / "master.key")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "comity.forum",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "comity.forum.middleware.answer_health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comity.forum.middleware.show_own_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "comity.forum.middleware.keep_out_of_caches",
    "comity.forum.middleware.answer_in_shape",
]
ROOT_URLCONF = "comity.forum.urls"
WSGI_APPLICATION = "comity.forum.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comity.forum.views.context.show_forum",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """Return Django's description of the database; SQLite with write-ahead log and short immediate writes."""
    url = ask("COMITY_DATABASE_URL", f"sqlite:///{DATA / 'forum.sqlite3'}")
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what was acknowledged outlives a power cut
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    elif found["ENGINE"].endswith("postgresql"):
        # a server that does not answer is away: /health says so within seconds
        found.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    return found


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",  # one for all workers
        "LOCATION": str(DATA / "cache"),
    }
    if DATA.is_dir()
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# People: by invitation only, with a second factor for who wants it
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my_rounds"
ACCOUNT_ADAPTER = "comity.forum.accounts.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",  # five wrong passwords for one name: five minutes of rest
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Comity"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
USERSESSIONS_TRACK_ACTIVITY = False

# What browsers are told
SECURE_SSL_REDIRECT = not LOCAL
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if ask_yes("COMITY_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SESSION_COOKIE_NAME = "comity_session"
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = (
    [] if LOCAL else [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]
)
CSRF_FAILURE_VIEW = "comity.forum.views.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the square code of an authenticator
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# What may come in at once
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from the installed package: nothing to collect
WHITENOISE_MAX_AGE = 0 if DEBUG else 600
WHITENOISE_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
LANGUAGE_COOKIE_NAME = "comity_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not LOCAL
LOCALE_PATHS = [prepare_languages(DATA)]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ask("COMITY_ZONE", "UTC")

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ask("COMITY_MAIL_FROM", "comity@localhost")
_mail = urlsplit(ask("COMITY_MAIL"))
SENDS_MAIL = bool(_mail.hostname)
if SENDS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or ""
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(EMAIL_HOST_USER)
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

DEFAULT_EXCEPTION_REPORTER_FILTER = "comity.forum.silence.NothingPrivate"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "comity.forum.silence.PlacesOnly"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["private"]},
    },
    "root": {"handlers": ["stderr"], "level": ask("COMITY_LOG", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
