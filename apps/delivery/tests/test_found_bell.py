"""A pipe of the doorbell that can not be written to is no error of the page that rings."""
import errno
import os

import pytest

from apps.delivery import bell


@pytest.mark.parametrize("failing", ["open", "write"])
def test_a_bell_that_can_not_be_rung_stays_and_is_no_error(monkeypatch, failing):
    """The sender is another user's, or it ends between the opening of its pipe and the ring."""
    pipe = bell.Pipe()
    number = {"open": errno.EACCES, "write": errno.EPIPE}[failing]

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(bell.os, failing, refuse)
        bell.write_to_pipes()
    assert pipe.path.exists()
    pipe.close()
