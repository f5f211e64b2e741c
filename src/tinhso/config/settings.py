"""Settings. Everything an operator may change comes from the environment; `docs/operations.md` lists the variables."""

import os
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from whitenoise.compress import Compressor

from tinhso.config.database import database_settings
from tinhso.config.environment import data_dir, flag, given_secret, secret
from tinhso.config.hosts import allowed_hosts
from tinhso.kernel.manifest import discover

ROOT = Path(__file__).resolve().parents[3]
DATA_DIR = data_dir()

DEBUG = flag("TINHSO_DEBUG")
SECRET_KEY = secret("django")
# the follow-up code of a case is derived from this key; it must outlive every case
LOOKUP_KEY = secret("lookup").encode()
# signing keys kept on disk are encrypted with this; without it they are lost
KEYS_PASSPHRASE = secret("keys").encode()
# a timestamp authority (RFC 3161); empty: the sample authority inside the product
TSA_URL = os.environ.get("TINHSO_TSA_URL", "")
PUBLIC_URL = os.environ.get("TINHSO_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = allowed_hosts(os.environ.get("HOST", ""), os.environ.get("TINHSO_HOSTS", ""), PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# how many reverse proxies stand before us and append to X-Forwarded-For
TRUSTED_PROXIES = int(os.environ.get("TINHSO_TRUSTED_PROXIES", "0"))

# which form of the sample province is loaded: "three-tier" (Tiền Giang until 30/06/2025) or "today" (inside Đồng Tháp)
SAMPLE = os.environ.get("TINHSO_SAMPLE", "today")
# the last day whose map of units is worked with; None: the map of the day itself
MAP_UNTIL = date(2025, 6, 30) if SAMPLE == "three-tier" else None
# Since 01/07/2025 citizens hand applications in at the National Public Service Portal; the sample of today's province shows
# the own portal as a demonstration. A province that runs its own portal sets TINHSO_OWN_PORTAL=1.
OWN_PORTAL_IS_DEMONSTRATION = SAMPLE == "today" and not flag("TINHSO_OWN_PORTAL")
PROVINCE_NAME = os.environ.get("TINHSO_PROVINCE") or {"three-tier": "Tỉnh Tiền Giang"}.get(SAMPLE, "Tỉnh Đồng Tháp")
HOTLINE = os.environ.get("TINHSO_HOTLINE", "")
OPEN311_JURISDICTION = os.environ.get("TINHSO_OPEN311_JURISDICTION") or urlsplit(PUBLIC_URL).hostname or ""
# whether pictures that Open311 clients name by an address are fetched: "off", "https", or "http", which takes both
OPEN311_FETCH = {"https": "https", "http": "http"}.get(os.environ.get("TINHSO_OPEN311_FETCH", ""), "off")

# pictures of the ground under maps, https://…/{z}/{x}/{y}.png; empty: the coast and the names of the units alone
MAP_TILES = os.environ.get("TINHSO_MAP_TILES", "")
MAP_CREDIT = os.environ.get("TINHSO_MAP_CREDIT", "")

# whether a citizens' report without an account needs a telephone proved by a code
REPORTS_PHONE_PROVEN = flag("TINHSO_REPORTS_PHONE_PROVEN")

# the National Public Service Portal: "demo" (a sample portal inside), "off", or its address
NATIONAL_PORTAL = {
    "adapter": os.environ.get("TINHSO_NATIONAL_PORTAL") or ("off" if SAMPLE == "none" else "demo"),
    "auth_path": os.environ.get("TINHSO_NATIONAL_PORTAL_AUTH_PATH", "/auth"),
    "service_path": os.environ.get("TINHSO_NATIONAL_PORTAL_SERVICE_PATH", "/service"),
    "username": os.environ.get("TINHSO_NATIONAL_PORTAL_USER", ""),
    "password": given_secret("national_portal"),
    "unit": os.environ.get("TINHSO_NATIONAL_PORTAL_UNIT", ""),  # madonvi
    "destination": os.environ.get("TINHSO_NATIONAL_PORTAL_DESTINATION", ""),  # dstcode
    "subjects": os.environ.get("TINHSO_NATIONAL_PORTAL_SUBJECTS", "citizen:1,business:2"),  # LoaiDoiTuong
    "timeout": float(os.environ.get("TINHSO_NATIONAL_PORTAL_TIMEOUT", "20")),
    "files": flag("TINHSO_NATIONAL_PORTAL_FILES"),
    "accepts": flag("TINHSO_NATIONAL_PORTAL_ACCEPTS") or SAMPLE == "today",  # cases handed in there are taken in here
    "inbound_key": secret("national_portal_inbound"),
}

BLOCKS_AND_SERVICES = discover("tinhso.blocks", "tinhso.services")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "procrastinate.contrib.django",
    "ninja",  # the page of the API from its own files, not from a network of others
    "tinhso.kernel.audit",
    "tinhso.kernel.keeping",
    "tinhso.kernel.web",
    "tinhso.config.system",
    *BLOCKS_AND_SERVICES,
]

MIDDLEWARE = [
    "tinhso.kernel.web.metrics.counted",
    "tinhso.kernel.web.middleware.correlation",
    "django.middleware.security.SecurityMiddleware",
    "tinhso.kernel.web.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tinhso.kernel.web.middleware.language",
    "tinhso.kernel.web.middleware.maintenance",
    "tinhso.blocks.files.middleware.refuse_oversized_requests",
    "tinhso.blocks.files.middleware.hand_out_parts",
    "tinhso.kernel.web.middleware.no_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tinhso.blocks.identity.middleware.person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tinhso.kernel.web.middleware.domain_errors",
]

ROOT_URLCONF = "tinhso.config.urls"
WSGI_APPLICATION = "tinhso.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.app_directories.Loader", "tinhso.blocks.cases.results.VersionLoader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tinhso.kernel.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tinhso.kernel.web.templatetags.ui",
                "tinhso.kernel.web.templatetags.texts",
                "tinhso.blocks.papers.templatetags.papers",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["tinhso.blocks.identity.backend.SessionBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
# not `cached_db`: each web process has a cache of its own, and would go on believing a session that another one has ended
SESSION_ENGINE = "tinhso.blocks.identity.session_store"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_FAILURE_VIEW = "tinhso.kernel.web.views.csrf_failure"
METRICS_TOKEN = os.environ.get("TINHSO_METRICS_TOKEN", "")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")

LANGUAGE_CODE = "vi"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%Y-%m-%d"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("vendor", DATA_DIR / "vendor")] if (DATA_DIR / "vendor").is_dir() else []
# "built": fingerprinted and compressed by `tinhso.config.install`; "sources": straight from the source tree (development, tests)
_built = (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
STATIC_MODE = os.environ.get("TINHSO_STATIC") or ("built" if _built else "sources")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_MODE == "sources"
        else "tinhso.config.static.BuiltStaticFiles"
    },
}
# maps of minified scripts are for developers' tools alone; compressing them took half of the first start
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_USE_FINDERS = STATIC_MODE == "sources"
MAIL_DIR = DATA_DIR / "mail"
SMS_DIR = DATA_DIR / "sms"
# smtp://user:password@host:587 or smtps://…; empty: e-mail is written to MAIL_DIR
SMTP_URL = os.environ.get("TINHSO_SMTP_URL", "")
MAIL_FROM = os.environ.get("TINHSO_MAIL_FROM", "Tỉnh Số <khong-tra-loi@tinhso.example>")
# where e-mail to the 1022 line is read: imaps://user:password@host:993/INBOX; empty: .eml files in MAILBOX_DIR
MAILBOX_URL = os.environ.get("TINHSO_MAILBOX_URL", "")
MAILBOX_DIR = DATA_DIR / "mailbox"
# its address, to which answers go; empty: TINHSO_MAIL_FROM's
MAILBOX_ADDRESS = os.environ.get("TINHSO_MAILBOX_ADDRESS", "")
SMS_GATEWAY = os.environ.get("TINHSO_SMS_GATEWAY", "demo")
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# one file, and one request with all its files
MAX_UPLOAD_SIZE = int(os.environ.get("TINHSO_MAX_UPLOAD_MB", "20")) * 1024 * 1024
MAX_REQUEST_SIZE = 2 * MAX_UPLOAD_SIZE
# where network scanners write, one folder for each agency's identifier; empty: none
SCANS_DIR = os.environ.get("TINHSO_SCANS", "")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# usernames are unique whatever the case of their letters, by an index on lower(username)
SILENCED_SYSTEM_CHECKS = ["auth.W004", "gis.W001"]  # gis: geometry comes from our own tables only
LOGGING_CONFIG = "tinhso.kernel.logs.configure"
LOGGING = {"level": os.environ.get("TINHSO_LOG_LEVEL", "INFO"), "json": not DEBUG}
