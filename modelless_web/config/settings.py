"""Django's settings, from the environment alone."""

import os
from pathlib import Path

from cryptography.fernet import Fernet
from django.utils.csp import CSP

from modelless_web.config import environment

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT = environment.read(os.environ, project=PROJECT)

DATA_DIR = ENVIRONMENT.data_dir
SECRET_KEY = ENVIRONMENT.secret_key or environment.secret_file(DATA_DIR / "secret.key")
# One key a line, the newest first; the file stands beside the database and never in it.
FIELD_KEY_FILE = DATA_DIR / "fields.key"
environment.secret_file(FIELD_KEY_FILE, make=Fernet.generate_key().decode())

DEBUG = False
ALLOWED_HOSTS = [
    *ENVIRONMENT.allowed_hosts,
    *{"localhost", "127.0.0.1", "[::1]", ENVIRONMENT.host} - {"0.0.0.0"},  # noqa: S104 - refused, not bound
]

INSTALLED_APPS = [
    "modelless_web.backoffice.site.SiteConfig",
    "modelless_web.backoffice",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "modelless_web.records",
    "modelless_web.engine",
    "modelless_web.studio",
    "modelless_web.practice",
    "modelless_web.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "modelless_web.studio.requests.PersonMiddleware",
]

ROOT_URLCONF = "modelless_web.config.urls"
ASGI_APPLICATION = "modelless_web.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "modelless_web.studio.requests.studio",
            ],
        },
    },
]

DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "records.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "create"
LOGOUT_REDIRECT_URL = "create"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 365

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PROJECT / "static"]
STORAGES = {
    "default": {
        "BACKEND": "modelless_web.records.media.AtomicStorage",
        "OPTIONS": {"location": DATA_DIR / "media"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# What every answer says, whoever gives it: Django, the static files, the event stream.
EVERYWHERE = {
    # Where Django gave no policy: nothing may be loaded, nothing may run.
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": SECURE_REFERRER_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(),"
    " payment=(), usb=()",
    "x-frame-options": X_FRAME_OPTIONS,
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

if ENVIRONMENT.is_deployed:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    EVERYWHERE["strict-transport-security"] = f"max-age={SECURE_HSTS_SECONDS}"
    # The studio speaks for its own names. What stands below them, or beside them on a shared
    # domain, may be somebody else's, and a browser's preload list forgets nothing for months.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [
        f"https://{host.replace('.', '*.', 1) if host.startswith('.') else host}"
        for host in ENVIRONMENT.allowed_hosts
    ]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"modelless_web": {"level": "INFO"}},
}
