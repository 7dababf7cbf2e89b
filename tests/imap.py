"""A mail server for reading, on loopback, that answers as it is told."""
import contextlib
import socket
import threading
import time

DRIP = "drip"
SILENCE = "silence"
CAPABLE = "* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE"


def letter(uid, subject):
    """Return the answer to FETCH with such a letter."""
    text = f"Subject: {subject}\r\n\r\nText\r\n"
    return f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(text)}}}\r\n{text})"


GOOD = {
    "banner": "* OK ready",
    "CAPABILITY": CAPABLE,
    "AUTHENTICATE": "",
    "LOGIN": "",
    "SELECT": "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"
              "* OK [PERMANENTFLAGS (\\Deleted \\*)] ok",
    "UID SEARCH": "* SEARCH 1",
    "UID FETCH": letter(1, "hello"),
    "UID STORE": "",
    "UID MOVE": "",
    "STATUS": "",
    "CREATE": "",
    "SUBSCRIBE": "",
    "STARTTLS": "",
    "LOGOUT": "* BYE goodbye",
}


class ImapServer(threading.Thread):
    """A server of the given answers, by command.

    An answer is what stands before "OK"; one that begins with "NO " or "BAD " is a refusal. None:
    it hangs up; DRIP: an octet at a time; SILENCE. It keeps the `commands` that it has heard.
    """

    def __init__(self, tls=None, starttls=None, **answers):
        super().__init__(daemon=True)
        self.tls = tls
        self.starttls = starttls
        self.answers = {**GOOD, **{name.replace("_", " "): said for name, said in answers.items()}}
        self.commands = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            with client:
                if self.say(client, "", self.answers["banner"]):
                    self.talk(client)

    def talk(self, client):
        lines = client.makefile("rb")
        for line in lines:
            tag, _space, rest = line.decode("latin-1").strip().partition(" ")
            words = rest.upper().split()
            name = " ".join(words[:2]) if words[:1] == ["UID"] else (words or [""])[0]
            self.commands.append(rest)
            if name == "AUTHENTICATE":
                client.sendall(b"+ \r\n")
                lines.readline()
            if not self.say(client, tag, self.answers.get(name, "BAD unknown")):
                return
            if name == "STARTTLS" and self.starttls:
                with self.starttls.wrap_socket(client, server_side=True) as encrypted:
                    self.talk(encrypted)
                return

    def say(self, client, tag, answer):
        """Give an answer. Returns whether the dialogue goes on."""
        if callable(answer):
            answer = answer(self.commands)
        if answer is None:
            return False
        if answer is SILENCE:
            client.recv(1)
            return False
        if answer is DRIP:
            for octet in b"* OK a server that takes its time over each of its letters":
                client.sendall(bytes([octet]))
                time.sleep(0.05)
            return False
        if not tag:
            client.sendall(f"{answer}\r\n".encode())
        elif answer.startswith(("NO ", "BAD ")):
            client.sendall(f"{tag} {answer}\r\n".encode())
        else:
            before = f"{answer}\r\n" if answer else ""
            client.sendall(f"{before}{tag} OK done\r\n".encode())
        return True

    def close(self):
        self.socket.close()
