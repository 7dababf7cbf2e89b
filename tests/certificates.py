"""A certificate authority of the tests' own."""
import ssl
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)


def named(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


class Authority:
    """Signs certificates; `file` is what a client has to trust."""

    def __init__(self, folder):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.file = folder / "authority.pem"
        usage = dict.fromkeys((
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "encipher_only", "decipher_only"), False)
        own = self.sign("Own authority", self.key, DAY, (
            x509.BasicConstraints(ca=True, path_length=None),
            x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage)))
        self.file.write_bytes(own)

    def sign(self, name, key, valid, extensions):
        """Return a PEM certificate for `key`, good until `valid` from now."""
        now, mine = datetime.now(timezone.utc), self.key.public_key()
        builder = x509.CertificateBuilder(
            named("Own authority"), named(name), key.public_key(), x509.random_serial_number(),
            now - 9 * DAY, now + valid)
        for extension in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                          x509.AuthorityKeyIdentifier.from_issuer_public_key(mine)):
            builder = builder.add_extension(extension, isinstance(extension, (
                x509.BasicConstraints, x509.KeyUsage)))
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)

    def server(self, address="127.0.0.1", valid=DAY, name=""):
        """Return the SSL context of a server at `address`, or of one with a `name`."""
        whom = x509.DNSName(name) if name else x509.IPAddress(ip_address(address))
        key, path = ec.generate_private_key(ec.SECP256R1()), self.folder / "server.pem"
        signed = self.sign("Server", key, valid, [x509.SubjectAlternativeName([whom])])
        path.write_bytes(signed + key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        return context
