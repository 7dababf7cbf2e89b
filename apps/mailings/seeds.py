"""The secret of a run, from which its letters' Message-IDs are derived."""
import secrets


def new_seed() -> str:
    """Return 128 random bits, in hex."""
    return secrets.token_hex(16)
