"""Data of others, kept beside the project or where CORPORA says; tests skip what is not there."""
import os
from pathlib import Path

from django.conf import settings

CORPORA = Path(os.environ.get("CORPORA", settings.BASE_DIR.parent / "shared" / "corpora"))
