#!/usr/bin/env python
"""Django's command line for Vestnik."""
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may not know Russian letters
    try:
        settings.DEMO  # read now: what is wrong is told in a line
    except ImproperlyConfigured as fault:
        sys.exit(f"{sys.argv[0]}: {fault}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
