"""A Postfix of the tests' own on loopback, with its queue in a folder that is thrown away.

It takes whatever it is given from this machine, and has second thoughts at delivery: then it
writes its own report (RFC 3464) to the envelope's sender.
"""
import contextlib
import os
import pwd
import shutil
import subprocess
import time

from tests.smtp import free_port

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
POSTFIX = shutil.which("postfix", path=PATH)
POSTCONF = shutil.which("postconf", path=PATH)
WAITING = ("maildrop", "incoming", "active", "deferred")
LOOKS = 6  # at the queue, before it is taken to be empty
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
multi_instance_directories =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.shop.example
mydomain = shop.example
myorigin = shop.example
mydestination =
alias_maps =
alias_database =
default_database_type = texthash
smtputf8_enable = no
disable_dns_lookups = yes
append_dot_mydomain = no
notify_classes =
in_flow_delay = 0
default_process_limit = 30
smtpd_client_connection_rate_limit = 0
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_mynetworks, reject
header_checks = regexp:{folder}/etc/headers
nested_header_checks =
mime_header_checks =
recipient_delimiter = +
default_transport = discard
local_transport = error:5.1.1 nobody lives here
transport_maps = texthash:{folder}/etc/transport
virtual_alias_domains =
virtual_alias_maps = texthash:{folder}/etc/aliases
virtual_mailbox_domains = shop.example
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_mailbox_base = {mail}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
delay_warning_time = 4s
maximal_queue_lifetime = 10s
bounce_queue_lifetime = 10s
"""
# Half of the letters get another Message-ID on their way: some servers do so with all.
HEADERS = """
/^Message-ID: <[0-9a-f]+-[0-7]/ REPLACE Message-ID: <rewritten@mx.shop.example>
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Return why no Postfix can be run here; "" where one can."""
    if not POSTFIX or not POSTCONF:
        return "no Postfix is installed"
    return "" if os.getuid() == 0 else "only root may start a Postfix"


class Postfix:
    """A running server."""

    def __init__(self, folder, port):
        self.folder = folder
        self.port = port

    def waiting(self):
        """Return how many letters are in the queue."""
        return sum(len(names) for queue in WAITING
                   for _path, _folders, names in os.walk(self.folder / "spool" / queue))

    def is_done(self, seconds):
        """Wait until nothing is in the queue, and stays so: letters move while one looks."""
        until = time.monotonic() + seconds
        looks = 0
        while looks < LOOKS and time.monotonic() < until:
            looks = 0 if self.waiting() else looks + 1
            time.sleep(0.3)
        return looks == LOOKS

    def complaints(self):
        """Return the lines of its log in which it complains of itself.

        Its bounce(8) finds seconds too short for its templates.
        """
        lines = (self.folder / "log" / "mail.log").read_text().splitlines()
        return [line for line in lines if "/bounce[" not in line and any(
            word in line for word in (": warning: ", ": error: ", ": fatal: ", ": panic: "))]


@contextlib.contextmanager
def running_in(folder, *, mail, owner, mailboxes, transport, aliases):
    """Run a Postfix whose files are in `folder`.

    `mailboxes` are addresses at shop.example with their Maildirs, which are in the folder `mail`
    and belong to `owner`, (uid, gid). `transport` and `aliases` are such tables too, as
    transport(5) and virtual(5) tell.
    """
    port = free_port()
    user = pwd.getpwnam("postfix")
    for name in ("etc", "spool", "data", "log"):
        (folder / name).mkdir(parents=True)
    os.chown(folder / "data", user.pw_uid, user.pw_gid)
    folder.chmod(0o755)
    uid, gid = owner
    etc = folder / "etc"
    (etc / "main.cf").write_text(MAIN.format(folder=folder, mail=mail, uid=uid, gid=gid))
    (etc / "master.cf").write_text(MASTER.format(port=port))
    (etc / "headers").write_text(HEADERS)
    tables = {"transport": transport, "aliases": aliases,
              "mailboxes": {address: f"{where}/" for address, where in mailboxes.items()}}
    for name, table in tables.items():
        (etc / name).write_text("".join(f"{key} {value}\n" for key, value in table.items()))
    command = [POSTFIX, "-c", str(etc)]
    subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
    try:
        yield Postfix(folder, port)
    finally:
        subprocess.run([*command, "stop"], check=True, capture_output=True, timeout=60)
