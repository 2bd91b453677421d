"""Names of hosts that lead to services on loopback: by a proxy, with certificates that the program trusts."""

from harness.certificates import Authority
from harness.proxy_server import ProxyServer


class GoogleNames:
    def __init__(self, folder):
        self.authority = Authority(folder)

    def __enter__(self):
        self.proxy = ProxyServer().__enter__()
        return self

    def __exit__(self, *_):
        self.proxy.__exit__(*_)

    @property
    def environment(self):
        return {"HTTPS_PROXY": self.proxy.url, "SSL_CERT_FILE": self.authority.bundle}

    @property
    def asked(self):
        """The hosts that tunnels were asked to."""
        return {target.removesuffix(":443") for target in self.proxy.targets}

    def context(self, name):
        """What a service needs that speaks TLS under this name."""
        return self.authority.context(name)

    def lead(self, name, service):
        self.proxy.places[f"{name}:443"] = service.endpoint.partition("://")[2]

    def lead_to_store(self, name, world):
        """The world's bucket has this name, and no setting says where it is."""
        world.store.tls = self.context(name)
        world.environment["API_ENDPOINT_OVERRIDE"] = None
        self.lead(name, world.store)
