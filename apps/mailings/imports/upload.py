"""A file on its way in. One that is too large is not kept, one for which there is no room neither.

The form's page says so in words: what went wrong stands in the request as `upload_trouble`.
"""
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    SkipFile, StopFutureHandlers, StopUpload, TemporaryFileUploadHandler)
from django.http import HttpRequest
from django.urls import reverse

BESIDE = 1024 * 1024  # octets that the other fields of the form may take
# A browser shows no answer before it has sent all: of what is not much larger the rest may come.
PATIENCE = 5
TOO_LARGE = "too large"
NO_ROOM = "no room"


class ImportUpload(TemporaryFileUploadHandler):
    """Writes the file of an import to the disk as it comes; other uploads pass by."""

    is_import = False
    length = 0

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int,
                         boundary: str, encoding: str | None = None) -> None:
        self.is_import = self.request is not None and is_import(self.request)
        self.length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not self.is_import:
            return
        if self.length > PATIENCE * settings.UPLOAD_LIMIT:
            self.tell(TOO_LARGE)
            raise StopUpload(connection_reset=True)
        if self.length > settings.UPLOAD_LIMIT + BESIDE:
            self.tell(TOO_LARGE)
            raise SkipFile
        self.begin(*args, **kwargs)
        raise StopFutureHandlers

    def begin(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self.tell(NO_ROOM)
            raise SkipFile from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.is_import:
            return raw_data
        try:
            self.file.write(raw_data)
        except OSError as error:
            self.tell(NO_ROOM)
            raise SkipFile from error
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return super().file_complete(file_size) if self.is_import else None

    def tell(self, trouble: str) -> None:
        setattr(self.request, "upload_trouble", trouble)


def is_import(request: HttpRequest) -> bool:
    return request.path == reverse("mailings:import_list")


def upload_trouble(request: HttpRequest) -> str:
    """Return what went wrong with the file that was sent; "" for nothing."""
    return getattr(request, "upload_trouble", "")
