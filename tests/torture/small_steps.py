"""A sender that makes ledgers in small steps with a rest between, so that much can befall it.

    python -m tests.torture.small_steps ROWS SECONDS
"""
import os
import sys
import time


def main():
    rows, seconds = int(sys.argv[1]), float(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django
    django.setup()
    from django.core.management import call_command

    from apps.delivery import preparing
    from apps.delivery.drivers import preparer
    step = preparing.step

    def small(run_id, _rows):
        time.sleep(seconds)
        return step(run_id, rows)

    preparer.preparing.step = small
    call_command("sender", "--no-jobs", "--processes", "1", "--connections", "4")


if __name__ == "__main__":
    main()
