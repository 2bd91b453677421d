"""A read-only S3 store on this machine that answers as one far away does: nginx over a folder.

    .venv/bin/python Tests/bench/lab.py FOLDER [--first-byte-ms 30] [--per-connection-mb 60] [--total-mb 120]
                                        [--requests 500] [--tls] -- COMMAND [ARGUMENT …]

serves FOLDER/bucket/KEY while COMMAND runs, with S3_ENDPOINT and credentials in its environment.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from link import Link, Unavailable, link
from requests_seen import LOG_FORMAT
from servers import Server, accepts, free_port, make_certificate, nginx_user, running, wait_until

MB = 10**6
MODULES = Path("/usr/lib/nginx/modules")
# Between two writes to a connection nginx waits for as long as the first should have taken, in whole milliseconds.
# These are long enough for that to be exact, and short enough for small parts to be held to the rate.
WRITE_MILLISECONDS = 10
# What its timers are late by, on the whole.
LATE_MILLISECONDS = 1


@dataclass(frozen=True)
class Network:
    """What lies between a client and the store; nought where there is no such limit.

    `first_byte`: seconds until an answer begins. `per_connection`, `total`: bytes a second of each connection, and of
    all. `requests`: a second; what comes above that is answered with 503 SlowDown.
    """

    first_byte: float = 0
    per_connection: int = 0
    total: int = 0
    requests: int = 0
    tls: bool = False

    def __str__(self):
        limits = [
            self.first_byte and f"{self.first_byte * 1000:.0f} ms to the first byte",
            self.per_connection and f"{self.per_connection / MB:.0f} MB/s a connection",
            self.total and f"{self.total / MB:.0f} MB/s in all",
            self.requests and f"{self.requests} requests/s",
            self.tls and "HTTPS",
        ]
        return ", ".join(limit for limit in limits if limit) or "no limit"


@dataclass(frozen=True)
class Lab:
    """`log`: a line for each request that ended, as `requests_seen` reads it. `link`: where there is a total rate."""

    server: Server
    log: Path
    link: Link | None


@contextlib.contextmanager
def lab(folder, root, network):
    """Serves `root`/bucket/key. Raises `Unavailable` where this machine cannot do what is asked for.

    Ranges, If-Match and ETags are nginx's own; it ignores signatures and does not list.
    """
    require_modules(network)
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        cable = stack.enter_context(link(network.total)) if network.total else None
        address, port = cable.address if cable else "127.0.0.1", free_port()
        certificate = make_certificate(folder, address) if network.tls else None
        (folder / "nginx.conf").write_text(configuration(root, network, f"{address}:{port}"))
        command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-g", "daemon off;"]
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
        output = folder / "output.log"
        process = stack.enter_context(running([*(cable.command if cable else []), *command], output, environment))
        wait_until(process, lambda: accepts(port, address), output)
        scheme = "https" if network.tls else "http"
        server = Server("the lab", f"{scheme}://{address}:{port}", certificate=certificate)
        yield Lab(server, folder / "requests.log", cable)


def require_modules(network):
    if not shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
        raise Unavailable("nginx is not installed (Debian's nginx-light)")
    if network.first_byte and not (MODULES / "ngx_http_lua_module.so").exists():
        raise Unavailable("a wait before the first byte takes Debian's libnginx-mod-http-lua")


def configuration(root, network, listen):
    modules = ("ndk_http_module.so", "ngx_http_lua_module.so") if network.first_byte else ()
    write_bytes = int(network.per_connection * WRITE_MILLISECONDS / 1000)
    location = []
    if network.requests:
        location += [f"limit_req zone=all burst={max(network.requests // 10, 1)} nodelay;", "limit_req_status 503;"]
    if network.first_byte:
        location += [f"access_by_lua_block {{ ngx.sleep({network.first_byte}) }}"]
    server = []
    if network.per_connection:
        told = network.per_connection * WRITE_MILLISECONDS // (WRITE_MILLISECONDS - LATE_MILLISECONDS)
        server += [f"limit_rate {told};", f"sendfile_max_chunk {write_bytes};"]
        # Over TLS what is read at a time is what is written.
        server += [f"output_buffers 2 {write_bytes};"]
    if network.tls:
        server += ["ssl_certificate certificate.pem;", "ssl_certificate_key key.pem;"]
    return NGINX.format(
        modules="".join(f"load_module {MODULES / module};\n" for module in modules),
        user=nginx_user(),
        log_format=LOG_FORMAT,
        # Any key that all requests share; one that is empty would be left out of the count.
        zone=f"limit_req_zone $server_port zone=all:1m rate={network.requests}r/s;" if network.requests else "",
        listen=f"{listen} {'ssl ' if network.tls else ''}backlog=4096",
        root=root,
        server=" ".join(server),
        location=" ".join(location),
        slow_down=error_answer(503, "SlowDown", "Please reduce your request rate."),
        missing=error_answer(404, "NoSuchKey", "The specified key does not exist."),
    )


def error_answer(status, code, message):
    document = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return (
        f"error_page {status} @{code}; "
        f"location @{code} {{ internal; default_type application/xml; return {status} '{document}'; }}"
    )


# Whatever a client's habits: connections are kept, answers come from the page cache.
NGINX = """
{modules}
{user}
worker_processes 2;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    log_format seen '{log_format}';
    access_log requests.log seen;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    keepalive_timeout 300;
    open_file_cache max=20000 inactive=600s;
    client_body_temp_path client;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {zone}
    server {{
        listen {listen};
        root "{root}";
        {server}
        {slow_down}
        {missing}
        location / {{ {location} }}
    }}
}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first-byte-ms", type=float, default=0)
    parser.add_argument("--per-connection-mb", type=float, default=0)
    parser.add_argument("--total-mb", type=float, default=0)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    network = Network(
        asked.first_byte_ms / 1000,
        int(asked.per_connection_mb * MB),
        int(asked.total_mb * MB),
        asked.requests,
        asked.tls,
    )
    with tempfile.TemporaryDirectory(prefix="bench-lab-") as folder:
        try:
            with lab(Path(folder) / "lab", asked.folder.absolute(), network) as store:
                environment = {**os.environ, **store.server.environment}
                sys.exit(subprocess.run(asked.command, env=environment, check=False).returncode)
        except Unavailable as reason:
            sys.exit(f"lab: {reason}")


if __name__ == "__main__":
    main()
