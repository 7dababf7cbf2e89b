"""A DNS server of one's own on loopback: nothing else is asked."""
import socketserver
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from ..looking_up import resolver

SILENT = "silent"


class Zone(socketserver.ThreadingUDPServer):
    """Answers for MX by `mx`: texts of records, an rcode, or SILENT; NXDOMAIN for other names.

    `asked` are the names that it was asked for.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Question)
        self.mx = {}
        self.asked = []


class Question(socketserver.BaseRequestHandler):

    def handle(self):
        octets, sock = self.request
        query = dns.message.from_wire(octets)
        name = query.question[0].name
        domain = name.to_text().removesuffix(".")
        self.server.asked.append(domain)
        found = self.server.mx.get(domain, dns.rcode.NXDOMAIN)
        if found == SILENT:
            return
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if isinstance(found, dns.rcode.Rcode):
            reply.set_rcode(found)
        elif found:
            reply.answer.append(dns.rrset.from_text(name, 300, "IN", "MX", *found))
        sock.sendto(reply.to_wire(), self.client_address)


@pytest.fixture
def zone(settings, monkeypatch):
    settings.MX_LOOKUPS = True
    with Zone() as server:
        serving = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        serving.start()
        ours = dns.resolver.Resolver(configure=False)
        ours.nameservers = ["127.0.0.1"]
        ours.port = server.server_address[1]
        ours.timeout = ours.lifetime = 0.1
        monkeypatch.setattr("apps.mailings.providers.looking_up.resolver", lambda: ours)
        yield server
        server.shutdown()
        serving.join()
    resolver.cache_clear()
