"""Every write of grounds."""
from .models import Ground


def ground_save(*, ground: Ground) -> Ground:
    """Add a ground, or correct one that nobody in a book is written to on yet."""
    ground.save()
    return ground
