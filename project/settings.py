"""Everything that varies comes from the environment; `.env.sample` lists each key."""
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .environment import Environment, key_prefix
from .logs import FORMATS, LEVELS, log_settings
from .mail import mail_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
TESTING = "PYTEST_VERSION" in os.environ  # processes that tests start are tests too
if not TESTING:  # tests give the same result on every machine
    env.read_file(BASE_DIR / ".env")

# Django's own DEBUG stays off: its pages of errors never reach a person, tracebacks go to the log.
DEMO = env.flag("DEBUG", False)
SECRET_KEY = env("SECRET_KEY")
if SECRET_KEY in ("", "change-me"):
    if not (DEMO or TESTING):
        raise ImproperlyConfigured(
            "Set SECRET_KEY, in .env or the environment: a long random string, kept secret.")
    SECRET_KEY = "insecure-key-for-debugging-only"
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
HOST = env("HOST", default="127.0.0.1")
PORT = env.port("PORT", 8000)
BASE_URL = env.site("BASE_URL", f"http://127.0.0.1:{PORT}")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
DATA_DIR = env.folder("DATA_DIR", "var", BASE_DIR)

INSTALLED_APPS = [
    "apps.core",
    "apps.audit",
    "apps.users",
    "apps.jobs",
    "apps.mailings",
    "apps.statistics",
    "apps.delivery",
    "apps.inbound",
    "apps.reports",
    "apps.demo",
    "apps.operations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_include_bootstrap",
    "django_prose_editor",
    "bs_icon_templates",
    "django_countries",
    "phonenumber_field",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_apscheduler",
]

MIDDLEWARE = [
    "apps.operations.middleware.healthz",
    "apps.inbound.unsubscribing.public.leaving_first",
    "django.middleware.security.SecurityMiddleware",
    "apps.mailings.media.public.pictures_first",
    "apps.delivery.in_browser.letters_first",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After static files, whose strong ETags it would weaken. Django masks tokens (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "apps.core.middleware.browser_rules",
    "apps.core.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.core.middleware.htmx_login",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.users.middleware.language_and_zone",
    "apps.audit.services.remember_request",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.middleware.cache_headers",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATE_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEMO:
    TEMPLATE_LOADERS = [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE_DIR / "templates"],
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "django.template.context_processors.i18n",
            "apps.core.context.look",
            "apps.demo.context.outbox",
        ],
        "loaders": [("template_partials.loader.Loader", TEMPLATE_LOADERS)],
        "builtins": ["template_partials.templatetags.partials"],
    },
}]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Where a pooler stands between: how a worker reaches PostgreSQL itself, for its doorbell.
DATABASE_DIRECT = env.database("DATABASE_DIRECT_URL")
# A process that stands still in a transaction loses it: others must not wait for it for long. To
# compile a statement takes longer than any of ours gains by it.
LIMITS = "-c idle_in_transaction_session_timeout=15s -c lock_timeout=2s -c jit=off"
# How soon a machine that is cut off from PostgreSQL knows (seconds, one in ms): else in hours.
CUT_OFF = {"connect_timeout": 5, "tcp_user_timeout": 20_000, "keepalives_idle": 10,
           "keepalives_interval": 5, "keepalives_count": 2}
# One write at a time is SQLite's rule: IMMEDIATE takes the turn at the start of a transaction
# and waits for it; FULL keeps committed rows through a power cut.
database = env.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/vestnik.sqlite3")
database["CONN_MAX_AGE"] = 60  # opening one takes a third of a short request
if database["ENGINE"] == "django.db.backends.sqlite3":
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    if TESTING:  # connections are threads: they need a database in a file, not in memory
        name = f"vestnik-test-{os.getpid()}.sqlite3"
        database["TEST"] = {"NAME": Path(tempfile.gettempdir()) / name}
else:
    database["CONN_HEALTH_CHECKS"] = True
    options = database.setdefault("OPTIONS", {})
    for name, value in CUT_OFF.items():
        options.setdefault(name, value)
    if DATABASE_DIRECT:  # a pooler takes no options, and gives each transaction another session
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        options["options"] = f"{LIMITS} {options.get('options', '')}".strip()
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
UPLOAD_LIMIT = env.number("UPLOAD_LIMIT", 200, least=1) * 1_000_000  # octets of a file of people
# A form says itself that a letter is too long: 5 MB of HTML may be three times that on their way.
DATA_UPLOAD_MAX_MEMORY_SIZE = 24_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a mailing's recipients arrive as fields of one form

cache = env.cache_server("CACHE_URL", "locmemcache://?max_entries=10000")
cache.setdefault("KEY_PREFIX", key_prefix(SECRET_KEY, database))
if cache["BACKEND"] == "django_redis.cache.RedisCache":
    cache["BACKEND"] = "apps.core.cache.SteadyCache"
CACHES = {"default": cache}

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "apps.users.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "apps.users.passwords.NotLikeItsOwner"},
    {"NAME": "apps.users.passwords.LongEnough"},
    {"NAME": "apps.users.passwords.NotCommon"},
    {"NAME": "apps.users.passwords.NotDigitsAlone"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "apps.users.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter tells of a changed password or address
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser where the person signed up
ACCOUNT_LOGIN_TIMEOUT = 3600  # a letter may be on its way for longer than a quarter of an hour
ACCOUNT_FORMS = {
    "signup": "apps.users.account_forms.SignupForm",
    "login": "apps.users.account_forms.LoginForm",
    "add_email": "apps.users.account_forms.AddEmailForm",
    "reset_password": "apps.users.account_forms.ResetPasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    "letter_again": "1/m/key,20/h/ip",
    "address": "5/h/key,20/h/ip",  # another one for an account that has confirmed none
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "apps.users.tokens.ResetTokens"
MFA_TOTP_ISSUER = "Vestnik"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a login needs a confirmed address; so does a new one
USERSESSIONS_ADAPTER = "apps.users.adapter.SessionsAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)

# Russian until a person chooses otherwise; the sources are English.
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "ru", ("ru", "en"))
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "apps.core.formats"
TIME_ZONE = env.zone("TIME_ZONE", "Europe/Moscow")
PHONENUMBER_DEFAULT_REGION = "RU"
COUNTRIES_FIRST = ["RU", "BY", "KZ"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("guide", BASE_DIR / "docs/guide/img")]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEMO or TESTING
WHITENOISE_MAX_AGE = 0 if DEMO else 60  # where files change under their names
static_files = "apps.core.storage.HashedStaticFiles"
if DEMO or TESTING:
    static_files = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": static_files},
}
MEDIA_ROOT = env.shared_folder("STORAGE_URL", DATA_DIR / "media")
FILE_UPLOAD_HANDLERS = [
    "apps.mailings.imports.upload.ImportUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Letters go to a catcher on loopback while nothing else is set up, and only in the demo.
EMAIL_URL = env("EMAIL_URL").strip()
CATCHER_PORT = env.port("CATCHER_PORT", 8025)
CATCHER = DEMO and not EMAIL_URL
mail_server = EMAIL_URL or "smtp://localhost:25"
if CATCHER:
    mail_server = f"smtp://127.0.0.1:{CATCHER_PORT}"
vars().update(mail_settings(mail_server))
EMAIL_BACKEND = "apps.delivery.own_letters.Backend"  # of the service's own letters
EMAIL_TIMEOUT = 30
EHLO_NAME = env("EHLO_NAME")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Вестник <vestnik@localhost.localdomain>")
SENDER_CONNECTIONS = env.number("SENDER_CONNECTIONS", 4, least=1)
SENDER_RATE = env.rate("SENDER_RATE")
# Whether DNS is asked whose mail servers take the letters of recipients' domains.
MX_LOOKUPS = env.flag("MX_LOOKUPS", not TESTING)
SERVICE_SENDER = env.flag("SERVICE_SENDER", True)  # people may send by the server of EMAIL_URL
SMTP_ALLOW_PRIVATE = env.flag("SMTP_ALLOW_PRIVATE", DEMO)
SENDER_ENGINE = env.choice("SENDER_ENGINE", "local", ("local", "celery"))
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL", needed=SENDER_ENGINE == "celery")
SENDER_PROCESSES = env.number("SENDER_PROCESSES", min(4, os.cpu_count() or 1), least=1)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preload is the domain owner's own decision

CONTENT_SECURITY_POLICY = {"DIRECTIVES": {
    "default-src": [SELF], "img-src": [SELF, "data:"], "form-action": [SELF],
    "frame-ancestors": [NONE], "base-uri": [NONE], "object-src": [NONE],
}}
CSRF_FAILURE_VIEW = "apps.core.views.forbidden"
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOG_FIELDS = ("request_id", "user", "run")
LOGGING = log_settings(env.choice("LOG_LEVEL", "INFO", LEVELS),
                       env.choice("LOG_FORMAT", "text", FORMATS))
