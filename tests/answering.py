"""A mail server on loopback that answers as it is told, over TLS or not."""
import contextlib
import socket
import threading
import time

SILENCE = "silence"
DRIP = "drip"
DRIP_PAUSE = 1  # seconds between two octets
GOOD = {
    "banner": "220 mail.lavka.example ESMTP",
    "EHLO": "250-mail.lavka.example\r\n250 AUTH PLAIN LOGIN",
    "HELO": "250 mail.lavka.example",
    "STARTTLS": "220 2.0.0 Ready",
    "AUTH": "235 2.7.0 Authentication successful",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}
CAN_TLS = "250-mail.lavka.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"
PAGE = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"


class MailServer(threading.Thread):
    """A server of the given answers, by command: a text, SILENCE, DRIP, or None to hang up.

    With a `tls` context it begins with TLS; with `starttls` it goes over to it when asked. It
    keeps the `commands` that it has heard.
    """

    def __init__(self, tls=None, starttls=None, **answers):
        super().__init__(daemon=True)
        self.tls = tls
        self.starttls = starttls
        self.answers = {**GOOD, **answers}
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
            if not self.tls:
                self.talk(client, "banner")
                return
            with self.tls.wrap_socket(client, server_side=True) as encrypted:
                self.talk(encrypted, "banner")

    def talk(self, client, command):
        """Answer `command`, "" for one that needs no answer, and all that come after it."""
        with client.makefile("rb") as lines:
            while not command or self.say(client, command, lines):
                if command == "STARTTLS" and self.starttls:
                    break
                line = lines.readline().decode("latin-1").strip()
                if not line:
                    return
                self.commands.append(line)
                command = line.partition(" ")[0].upper()
            else:
                return
        with self.starttls.wrap_socket(client, server_side=True) as encrypted:
            self.talk(encrypted, "")

    def say(self, client, command, lines):
        """Answer a command. Returns whether the dialogue goes on."""
        answer = self.answers.get(command, "500 5.5.2 Unknown command")
        if callable(answer):
            answer = answer(self.commands)
        if answer is SILENCE:
            lines.read(1)
            answer = self.answers.get("late")
        if answer is SILENCE:
            lines.read()
            return False
        if answer is None:
            return False
        if answer is DRIP:
            return drip(client)
        client.sendall(f"{answer}\r\n".encode())
        return answer is not PAGE

    def close(self):
        self.socket.close()


def drip(client):
    for octet in b"220 a server that takes its time over each of its letters":
        client.sendall(bytes([octet]))
        time.sleep(DRIP_PAUSE)
    return False
