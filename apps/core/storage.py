"""Static files under hashed names, compressed: browsers keep them for a year."""
from whitenoise.storage import CompressedManifestStaticFilesStorage

# `import { toast } from "./toasts.js";`, and what it becomes.
IMPORT = (r"""(?P<matched>import(?P<names>[^"';]*)"(?P<url>\./[^"]+)";)""",
          """import%(names)s"%(url)s";""")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Packages' style sheets may name source maps that they do not ship.

    Our modules import each other by hashed names too, or browsers would take a stale one from
    their cache. Django's own switch for that reads the packages' scripts as well, and fails on
    a comment in one.
    """

    manifest_strict = False
    keep_only_hashed_files = True
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (IMPORT,)))
