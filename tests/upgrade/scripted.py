"""The baseline's mail server: what it says of a recipient is told by the address's first word."""
import contextlib
import re
import socketserver
import threading
import time

REFUSALS = {
    # Exim that could not verify the *sender*, and quotes the answer about that.
    "doubted": ("550-Verification failed for <info@shop.example>",
                "550-Response: 550 5.1.1 <info@shop.example>: Recipient address rejected: "
                "User unknown in virtual mailbox table",
                "550 Sender verify failed"),
    "nobody": ("550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox "
               "table",),
    "away": ("550-5.1.1 The email account that you tried to reach does not exist. Please try",
             "550-5.1.1 double-checking the recipient's email address for typos or",
             "550-5.1.1 unnecessary spaces. For more information, go to",
             "550 5.1.1  https://support.google.com/mail/?p=NoSuchUser {} - gsmtp"),
    "null": ("556 5.1.10 <{}>: Recipient address rejected: Domain example.com does not accept "
             "mail (nullMX)",),
    "busy": ("450 4.2.0 <{}>: Recipient address rejected: Greylisted, try again later",),
    "full": ("552 5.2.2 <{}>: Mailbox full",),
}
ACCEPTED = "250 2.0.0 Ok: queued as {:010X}"
SLOWLY = 0.005  # seconds for each letter


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback until it is closed; `lost…` get no answer to the dot."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.port, self.letters, self.at, self.act = self.server_address[1], 0, 0, None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)

    def after(self, letters, act):
        """Call `act` when so many more letters have come, before the last of them is answered."""
        self.at, self.act = self.letters + letters, act

    def accept(self):
        self.letters += 1
        if self.letters == self.at:
            self.act()
        time.sleep(SLOWLY)
        return ACCEPTED.format(self.letters * 104729)


class Session(socketserver.StreamRequestHandler):

    def handle(self):
        self.say("220 mx.example.com ESMTP")
        recipient = ""
        with contextlib.suppress(ConnectionError):
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                    self.say(*self.verdict(recipient))
                elif verb == b"DATA":
                    self.say("354 go on")
                    self.read_letter()
                    if recipient.startswith("lost"):
                        return
                    self.say(self.server.accept())
                elif verb == b"QUIT":
                    return self.say("221 bye")
                else:
                    self.say("250 2.0.0 Ok")

    def verdict(self, recipient):
        kind = re.match("[a-z]*", recipient)[0]
        return [line.format(recipient) for line in REFUSALS.get(kind, ["250 2.1.5 Ok"])]

    def read_letter(self):
        while self.rfile.readline() not in (b".\r\n", b""):
            pass

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
