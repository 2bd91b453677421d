"""What an image, an engine or a cluster sets up around the program, and what they leave out."""

import os
import shutil
from typing import NamedTuple

import namespaces
import pytest
from conftest import MADE, filled
from container import ARBITRARY, ROOT, VARIABLES
from harness import fault_world
from harness.trees import digests, visible, walk
from test_images import LOCAL, PINS, assert_fetched, reached_by

WORDS = ["nlp/words:1", "nlp/classifier:3"]

# Name services


class NameServices(NamedTuple):
    image: str
    hosts: str
    """Those of `hosts` that are there as modules."""
    modules: set = frozenset()


NAME_SERVICES = {
    "resolve": NameServices("bullseye", "files resolve [!UNAVAIL=return] dns", {"resolve"}),
    "mdns4_minimal": NameServices("bullseye", "files mdns4_minimal [NOTFOUND=return] dns", {"mdns4_minimal"}),
    "myhostname": NameServices("bullseye", "files dns myhostname", {"myhostname"}),
    "of the same glibc": NameServices("bookworm", "myhostname files dns", {"myhostname"}),
    "not there": NameServices("bookworm", "files mdns4_minimal [NOTFOUND=return] resolve sss dns"),
    "no glibc": NameServices("alpine", "files resolve [!UNAVAIL=return] dns"),
}
NAME_SERVICES = {name: services for name, services in NAME_SERVICES.items() if services.image in MADE}


@pytest.fixture(params=NAME_SERVICES.values(), ids=NAME_SERVICES)
def with_name_services(request, start):
    """An nsswitch.conf names modules: shared libraries, for another glibc than the program's, or not there at all."""
    services = request.param
    inside = start(services.image)
    inside.write("etc/nsswitch.conf", f"passwd: files sss systemd\ngroup: files sss systemd\nhosts: {services.hosts}\n")
    libraries = {path.name for path in (inside.root / "usr/lib").glob("*-linux-gnu/libnss_*.so.2")}
    modules = {word for word in services.hosts.split() if f"libnss_{word}.so.2" in libraries} - {"files", "dns"}
    assert modules == services.modules
    return inside


@pytest.mark.parametrize("host", ["store.hosts.test", "store.dns.test", "store", "localhost"])
def test_name_services_that_are_named_are_not_loaded(with_name_services, s3, host):
    assert_fetched(with_name_services, with_name_services.resolve(*PINS, environment=reached_by(s3, host)))


def test_a_name_that_nobody_knows_is_an_error(with_name_services, s3):
    environment = {**reached_by(s3, "nobody.dns.test"), "MODELKIT_STORAGE_TIMEOUT_S": "1"}
    finished = with_name_services.resolve(*PINS, environment=environment).failed(8)
    assert "nobody.dns.test" in finished.stdout


# OpenSSL


FIPS = """
openssl_conf = openssl_init
[openssl_init]
providers = providers
alg_section = algorithms
[providers]
fips = fips
{provider}
[fips]
activate = 1
[named]
activate = 1
module = /usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so
[algorithms]
default_properties = fips=yes
"""
NAMED = {"FIPS": "", "FIPS and a module": "named = named"}


@pytest.mark.parametrize("provider", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("place", ["usr/lib/ssl/openssl.cnf", "etc/pki/tls/openssl.cnf"])
@pytest.mark.parametrize("image", MADE)
def test_an_openssl_configuration_is_of_no_concern(start, image, s3_with_tls, authority, place, provider):
    inside = start(image)
    file = inside.write(place, FIPS.format(provider=provider))
    bundle = inside.write("volume/authority.pem", authority.bundle.read_text())
    environment = {"AWS_CA_BUNDLE": bundle, "OPENSSL_CONF": file if "pki" in place else ""}
    environment |= reached_by(s3_with_tls, "store.dns.test")
    assert_fetched(inside, inside.resolve(*PINS, environment=environment))


# What is not there


@pytest.mark.parametrize("image", MADE)
def test_without_proc_the_error_says_so_every_time(start, image):
    inside = start(image, mounts=("dev", "etc"))
    store = filled(inside)
    assert store.bucket.is_dir()
    for turn in range(50):
        arguments = ("--version",) if turn % 2 else ("resolve", inside.spec(*WORDS))
        finished = inside.run(*arguments, environment={**VARIABLES, **LOCAL}).failed(1)
        assert "/proc is not mounted" in finished.stderr
        assert finished.stdout == ""
    assert visible(digests(inside.assets)) == {}


def test_without_proc_etc_and_dev_the_error_says_so(start):
    finished = start("empty", mounts=()).run("--version").failed(1)
    assert "/proc is not mounted" in finished.stderr


@pytest.mark.parametrize("user", [ROOT, ARBITRARY], ids=["root", "arbitrary"])
def test_nothing_of_etc_is_needed(start, s3, user):
    inside = start("empty", user, mounts=("proc", "dev"))
    assert not (inside.root / "etc").exists()
    assert_fetched(inside, inside.resolve(*PINS, environment=reached_by(s3, "127.0.0.1")))


@pytest.mark.parametrize("user", [ROOT, ARBITRARY], ids=["root", "arbitrary"])
@pytest.mark.parametrize("image", MADE)
def test_no_devices_are_needed(start, s3, image, user):
    inside = start(image, user, mounts=("proc", "etc"))
    store = filled(inside)
    inside.resolve(*WORDS, environment=LOCAL).succeeded()
    assert visible(digests(inside.assets)) == visible(store.digests("nlp/words:1.2", "nlp/classifier:3.1"))
    shutil.rmtree(inside.assets)
    inside.assets.mkdir()
    inside.assets.chmod(0o2775)
    assert_fetched(inside, inside.resolve(*PINS, environment=reached_by(s3, "store.dns.test")))


# By the names of variables: what they are set to, None where they are not.
ENVIRONMENTS = {
    "no HOME": {"HOME": None},
    "a HOME that nobody may write": {"HOME": "/"},
    "a HOME that is not there": {"HOME": "/nowhere"},
    "no LANG": {"LANG": None},
    "a LANG that is not there": {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"},
    "no TERM, no PATH": {"TERM": None, "PATH": None},
    "a TZ without its data": {"TZ": "Europe/Berlin"},
    "a TMPDIR that is not there": {"TMPDIR": "/nowhere"},
}


@pytest.mark.parametrize("changes", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
@pytest.mark.parametrize("image", MADE)
def test_no_variable_is_needed(start, s3, image, changes):
    inside = start(image, ARBITRARY)
    filled(inside)
    environment = {**changes, **reached_by(s3, "store.dns.test")}
    assert_fetched(inside, inside.resolve(*PINS, environment=environment))
    listed = inside.run("list", environment={**VARIABLES, **LOCAL, **changes}).succeeded()
    assert listed.stdout == "nlp/classifier  3.1\nnlp/words       1.2, 0.0\n"
    inside.write("volume/new/words.txt", "un\n")
    pushed = inside.run("new", "/volume/new", "nlp/mots", "--yes", environment={**VARIABLES, **LOCAL, **changes})
    assert pushed.succeeded().stdout == "nlp/mots:0.0\n"


def test_a_folder_for_temporary_files_is_named_where_there_is_none(start, s3):
    """An object that is pushed is fetched first; an image that is otherwise empty has no /tmp."""
    inside = start("empty", ARBITRARY)
    store = filled(inside)
    assert not (inside.root / "tmp").exists()
    environment = {**VARIABLES, **reached_by(s3, "store.dns.test"), **LOCAL}
    address = "s3://assets/modelkit-assets/fine/asset/1.0"
    finished = inside.run("new", address, "nlp/mots", "--yes", environment=environment).failed(9)
    assert "cannot create a temporary directory in `/tmp`" in finished.stderr, str(finished)
    environment["TMPDIR"] = "/volume"
    inside.run("new", address, "nlp/mots", "--yes", environment=environment).succeeded()
    assert store.data_object("nlp/mots:0.0").read_bytes() == fault_world.CONTENTS[fault_world.FINE]


@pytest.mark.parametrize("image", MADE)
def test_standard_input_may_be_closed(start, s3, image):
    inside = start(image)
    closed = ["/bin/sh", "-c", 'exec "$@" <&-', "sh"]
    finished = inside.resolve(*PINS, environment=reached_by(s3, "store.dns.test"), before=closed)
    assert_fetched(inside, finished)


@pytest.mark.parametrize("image", MADE)
def test_an_assets_directory_that_is_whole_may_be_read_only(start, image):
    """As an image has it whose root is read-only, and as a volume that many containers mount."""
    inside = start(image)
    filled(inside)
    inside.resolve(*WORDS, environment=LOCAL).succeeded()
    before = digests(inside.assets)
    lock = (inside.work / "assets.lock").read_text()
    shutil.copytree(inside.assets, inside.root / "srv/assets", symlinks=True)
    for path in [inside.root / "srv/assets", *walk(inside.root / "srv/assets")]:
        os.chown(path, 0, 0)
        path.chmod(0o755 if path.is_dir() else 0o644)
    baked = {**LOCAL, "MODELKIT_ASSETS_DIR": "/srv/assets"}
    for provider in (baked, {**baked, "MODELKIT_STORAGE_PROVIDER": "none"}):
        finished = inside.resolve(*WORDS, environment=provider, user=ARBITRARY).succeeded()
        assert {item["outcome"] for item in finished.report["assets"]} == {"present"}, str(finished)
    verified = inside.run("verify", "/volume/assets.yaml", environment={**VARIABLES, **baked}, user=ARBITRARY)
    verified.succeeded()
    assert digests(inside.root / "srv/assets") == before
    assert (inside.work / "assets.lock").read_text() == lock


GLIBC = {"bullseye": "2.31", "bookworm": "2.36", "alpine": None, "empty": None}


@pytest.mark.parametrize("image", MADE)
def test_the_images_are_what_they_are_called(start, image):
    """Else they would show nothing."""
    root = start(image, mounts=()).root
    if GLIBC[image]:
        ldd = namespaces.command(shutil.which("chroot"), root, "/usr/bin/ldd", "--version")
        assert ldd.splitlines()[0].endswith(GLIBC[image])
    else:
        assert not list(root.rglob("libc.so.6"))
    if image == "empty":
        assert [path.name for path in walk(root) if path.is_file()] == ["modelkit-assets"]
