"""Certificates for servers on loopback, by an authority that nobody else trusts."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """`bundle` is the file to trust it by."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named("Authority of the tests")
        limits = x509.BasicConstraints(ca=True, path_length=None)
        certificate = self.signed(self.name, self.key, DAY, [(limits, True)])
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(pem(certificate))

    def context(self, *hosts, ends=DAY, common_name=None):
        """What a server needs that is these hosts: names or addresses, or either as `x509` has it."""
        key = ec.generate_private_key(ec.SECP256R1())
        extensions = [(x509.SubjectAlternativeName([alternative(host) for host in hosts]), False)] if hosts else []
        certificate = self.signed(named(common_name or hosts[0]), key, ends, extensions)
        path = self.folder / "server.pem"
        path.write_bytes(pem(certificate) + private(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def signed(self, subject, key, ends, extensions):
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(
            self.name, subject, key.public_key(), x509.random_serial_number(), now - 30 * DAY, now + ends
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, hashes.SHA256())


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def alternative(host):
    if isinstance(host, x509.GeneralName):
        return host
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def private(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
