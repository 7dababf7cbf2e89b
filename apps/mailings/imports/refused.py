"""What a person is told when an import can not do what they ask."""


class ImportRefused(Exception):
    """It can not be done. `str()` is a sentence in the language of the request."""
