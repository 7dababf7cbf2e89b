"""What is logged, and how."""
from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FORMATS = ("text", "json")


def log_settings(level: str, form: str) -> dict[str, Any]:
    """Return LOGGING: lines from `level` on, in one of FORMATS."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"fields": {"()": "apps.core.logs.FieldsFilter"}},
        "formatters": {
            "text": {"()": "apps.core.logs.TextFormatter", "style": "{", "format":
                     "{asctime} {levelname} {name} [{request_id} user:{user} run:{run}] {message}"},
            "json": {"()": "apps.core.logs.JsonFormatter"},
        },
        "handlers": {"console": {
            "class": "logging.StreamHandler", "filters": ["fields"], "formatter": form,
        }},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level},  # Django's own would print lines twice
            "django.db.backends": {"level": "INFO"},  # statements carry letters and addresses
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "apscheduler": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},
        },
    }
