"""What came in, as far as it is kept."""
from .handling.models import InboundLetter  # noqa: F401  # for Django's migrations
