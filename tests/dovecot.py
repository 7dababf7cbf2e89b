"""A dovecot of the tests' own on loopback, with mailboxes in a folder that is thrown away."""
import contextlib
import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.smtp import free_port

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "correct-horse"
OWNER = (os.getuid() or 65534, os.getgid() or 65534)  # of the letters; nobody's where we are root
CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
auth_failure_delay = 0
auth_username_chars =
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service stats {{
  chroot =
}}
"""


def is_there():
    return Path(DOVECOT).exists()


class Dovecot:
    """A running server; each login that is tried has a mailbox."""

    def __init__(self, folder, port, tls_port):
        self.folder = folder
        self.port = port
        self.tls_port = tls_port

    def client(self, login):
        client = imaplib.IMAP4("127.0.0.1", self.port, 10)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{login}\0{PASSWORD}".encode())
        except imaplib.IMAP4.error:
            client.logout()
            raise
        return client

    def put(self, login, *letters, folder="INBOX"):
        """Have letters lie in a mailbox."""
        with self.client(login) as client:
            for letter in letters:
                assert client.append(folder, None, None, letter)[0] == "OK"

    def subjects(self, login, folder="INBOX"):
        """Return [(subject, flags)] of what lies in a folder; None where it is not there."""
        with self.client(login) as client:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return None
            _typ, found = client.uid("SEARCH", "ALL")
            uids = found[0].split()
            if not uids:
                return []
            _typ, pieces = client.uid(
                "FETCH", b",".join(uids).decode(), "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return [(piece[1].decode().partition(":")[2].strip(),
                 imaplib.ParseFlags(piece[0])) for piece in pieces if isinstance(piece, tuple)]

    def new_validity(self, login, folder="INBOX"):
        """Have the letters' numbers be given anew, as after a server's restore."""
        where = self.folder / "mail" / login
        for name in where.glob("dovecot*"):
            name.unlink()
        (where / "dovecot-uidlist").write_text(f"3 V{int(time.time()) + 999} N1\n")


@contextlib.contextmanager
def running(*, certificate=None):
    """Run a dovecot; with a `certificate` (and its key, in a file) it takes TLS too."""
    with tempfile.TemporaryDirectory() as folder:
        with running_in(Path(folder), certificate) as server:
            yield server


@contextlib.contextmanager
def running_in(folder, certificate):
    run = folder / "run"
    run.mkdir(parents=True)
    (folder / "mail").mkdir()
    is_root = os.getuid() == 0
    user = "nobody" if is_root else str(os.getuid())
    port, tls_port = free_port(), free_port()
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(
        run=run, folder=folder, port=port, tls_port=tls_port if certificate else 0,
        user=user, group="nogroup" if is_root else str(os.getgid()),
        uid=OWNER[0], gid=OWNER[1], password=PASSWORD,
        ssl="yes" if certificate else "no",
        certificate=f"ssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else ""))
    if is_root:
        for path in (folder / "mail", folder):
            os.chown(path, *OWNER)
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=subprocess.PIPE)
    try:
        wait_for(process, port, folder)
        yield Dovecot(folder, port, tls_port)
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def wait_for(process, port, folder):
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", port, 1).logout()
            return
        time.sleep(0.02)
    log = folder / "log"
    raise AssertionError(f"no dovecot: {log.read_text() if log.exists() else ''}")
