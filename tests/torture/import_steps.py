"""A jobs process that imports in small steps, and whose leases are short.

    python -m tests.torture.import_steps ROWS
"""
import os
import sys
from datetime import timedelta


def main():
    rows = int(sys.argv[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django
    django.setup()
    from django.core.management import call_command

    from apps.jobs import lanes, worker
    from apps.mailings.imports import pace
    worker.LEASE = timedelta(seconds=2)
    worker.RENEW = 0.5
    lanes.LOOK = 0.1
    pace.LEAST = pace.MOST = rows
    call_command("jobs")


if __name__ == "__main__":
    main()
