"""WSGI entry point: `gunicorn project.wsgi`."""
import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

from apps.delivery.drivers.merging import WebLook  # noqa: E402 it needs the settings

WebLook().begin()

gc.freeze()  # what is there now stays, so no page waits until it was looked through for garbage
