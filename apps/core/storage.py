"""Static files under hashed names, compressed: browsers keep them for a year."""
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Packages' style sheets may name source maps that they do not ship."""

    manifest_strict = False
    keep_only_hashed_files = True
