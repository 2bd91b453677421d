"""Random settings of Amazon's tools: environment variables, ~/.aws/config and ~/.aws/credentials, and a bucket."""

import copy
import random
from dataclasses import dataclass, field

REGIONS = ["us-east-1", "eu-west-3", "cn-north-1", "us-gov-west-1"]
ODD_REGIONS = [
    "fips-us-east-1", "us-west-2-fips", "fips-cn-north-1", "aws-global", "eu-isoe-west-1", "us-iso-east-1",
    "nonsense", "12345", "-eu", "eu_west_3", "EU-WEST-3", "eu-west-3 # the third",
]  # fmt: skip
ODD_BUCKETS = ["dotted.bucket", "dotted.bucket", "UpperCase", "under_score", "ab", "10.1.2.3", "trailing-"]
BUCKETS = ["my-bucket"] * 8 + ODD_BUCKETS
BAD_BUCKETS = ["a bucket", "bucket/prefix"]
ENDPOINTS = [
    "http://127.0.0.1:9", "http://localhost:9", "https://localhost:9", "http://localhost:9/base/", "http://[::1]:9",
    "https://s3.eu-west-3.amazonaws.com", "https://Store.Example:443", "http://store.example:80/",
    "http://store.example.",
]  # fmt: skip
BAD_ENDPOINTS = [
    "localhost:9", "http://under_score:9", "https://localhost:9?a=b", "http://-a.example", "garbage", "http://",
]  # fmt: skip
MISSING_FILES = ("/missing", "/$UNSET")
PROFILES = ["default", "dev", "two words"]


@dataclass
class Entry:
    """`key = value`; a value that is a list of pairs is a block of indented lines."""

    key: str
    value: str | list
    delimiter: str = " = "
    """A comment, or an empty line, before it."""
    before: str = ""

    def text(self, indent):
        if isinstance(self.value, str):
            return f"{self.before}{indent}{self.key}{self.delimiter}{self.value}\n"
        lines = "".join(f"{indent}  {key}{delimiter}{value}\n" for key, delimiter, value in self.value)
        return f"{self.before}{indent}{self.key}{self.delimiter}\n{lines}"


@dataclass
class Section:
    header: str
    """Whose profile it is; None for what is none."""
    profile: str | None
    entries: list = field(default_factory=list)
    """Of each of its lines."""
    indent: str = ""

    def text(self):
        return f"[{self.header}]\n" + "".join(entry.text(self.indent) for entry in self.entries) + "\n"


@dataclass
class Combination:
    seed: int
    bucket: str
    variables: dict
    """By name, `config` and `credentials`: the sections of each file that is there."""
    files: dict

    def copy(self):
        return copy.deepcopy(self)

    def texts(self):
        return {name: "".join(section.text() for section in sections) for name, sections in self.files.items()}

    def written_below(self, folder):
        """Writes the files below a folder that stands for the home. Gives the variables."""
        (folder / ".aws").mkdir(parents=True)
        for name, text in self.texts().items():
            (folder / ".aws" / name).write_text(text)
        return {name: value.replace("FOLDER", str(folder)) for name, value in self.variables.items()}

    @property
    def profile(self):
        return self.variables.get("AWS_DEFAULT_PROFILE", self.variables.get("AWS_PROFILE", "default"))

    def sections_read(self, file):
        """Those of one of the files; none where a variable leads elsewhere."""
        variable = {"config": "AWS_CONFIG_FILE", "credentials": "AWS_SHARED_CREDENTIALS_FILE"}[file]
        return [] if self.variables.get(variable, "").endswith(MISSING_FILES) else self.files.get(file, [])

    def profile_says(self):
        """By key in lower case, what boto3 finds in the profile."""
        config, credentials = self.sections_read("config"), self.sections_read("credentials")
        own = [section for section in config if section.profile == self.profile]
        # Whatever stands in [DEFAULT] stands in every other section of the file.
        of_all = [section for section in config if own and section.header == "DEFAULT"]
        own += [section for section in credentials if section.profile == self.profile]
        return {entry.key.lower(): entry.value for section in of_all + own for entry in section.entries}

    def __str__(self):
        variables = "".join(f"  {name}={value!r}\n" for name, value in self.variables.items())
        files = "".join(f"--- ~/.aws/{name}\n{text}" for name, text in self.texts().items())
        return f"seed {self.seed}, bucket {self.bucket!r}\n{variables}{files}"


class Generator:
    """Everything comes from the seed. Most settings are good: one that is not hides all others."""

    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)

    def happens(self, probability):
        return self.random.random() < probability

    def pick(self, good, bad=(), probability=0.03):
        return self.random.choice(bad if bad and self.happens(probability) else good)

    def combination(self):
        files = {}
        if self.happens(0.85):
            files["config"] = self.config()
        if self.happens(0.7):
            files["credentials"] = self.credentials()
        variables = self.variables()
        bucket = self.pick(BUCKETS, BAD_BUCKETS, 0.01)
        self.choose_profile(variables, files)
        return Combination(self.seed, bucket, variables, files)

    def variables(self):
        variables = {}

        def maybe(probability, name, *choices):
            if self.happens(probability):
                variables[name] = self.pick(*choices)

        maybe(0.12, "S3_ENDPOINT", ENDPOINTS, [*BAD_ENDPOINTS, ""], 0.1)
        maybe(0.12, "AWS_ENDPOINT_URL_S3", ENDPOINTS, [*BAD_ENDPOINTS, ""], 0.1)
        maybe(0.12, "AWS_ENDPOINT_URL", ENDPOINTS, [*BAD_ENDPOINTS, ""], 0.1)
        maybe(0.15, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ["true", "TRUE", "false", "1", ""])
        maybe(0.3, "AWS_DEFAULT_REGION", REGIONS, [*ODD_REGIONS, ""], 0.25)
        maybe(0.3, "AWS_REGION", REGIONS, [*ODD_REGIONS, ""], 0.1)
        maybe(0.2, "AWS_USE_DUALSTACK_ENDPOINT", ["true", "true", "True", "false", "1", ""])
        maybe(0.15, "AWS_USE_FIPS_ENDPOINT", ["true", "true", "TRUE", "false", "yes", ""])
        regional = ["regional", "regional", "legacy"]
        maybe(0.2, "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", regional, ["Regional", "", "x"], 0.15)
        if self.happens(0.75):
            self.environment_keys(variables)
        if self.happens(0.25):
            variables["AWS_CONFIG_FILE"] = self.path("config")
        if self.happens(0.25):
            variables["AWS_SHARED_CREDENTIALS_FILE"] = self.path("credentials")
        return variables

    def path(self, name):
        good = [f"FOLDER/.aws/{name}", f"~/.aws/{name}", f"$HOME/.aws/{name}", f"${{HOME}}/.aws/{name}"]
        return self.pick(good, ["FOLDER/missing", "", "FOLDER/$UNSET"], 0.15)

    def environment_keys(self, variables):
        key, secret, token = "AKIAENVIRONMENT00000", "secret-of-environment", "token-of-environment"
        odd = [(key, None, None), (key, "", None), (None, secret, None), ("", secret, None), (key, "", token)]
        good = [(key, secret, None), (key, secret, None), (key, secret, token), ("", "", ""), (None, None, token)]
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        for name, value in zip(names, self.pick(good, odd, 0.1), strict=True):
            if value is not None:
                variables[name] = value

    def choose_profile(self, variables, files):
        known = [section.profile for sections in files.values() for section in sections if section.profile]
        if not known or self.happens(0.5):
            return
        name = self.pick(known, ["missing", "", "profile dev"], 0.08)
        variables[self.pick(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])] = name
        if self.happens(0.2):
            variables["AWS_PROFILE"] = self.pick([*known, "missing"])

    # Files

    def config(self):
        sections = []
        for name in PROFILES:
            if self.happens(0.65):
                sections.append(Section(self.header(name), name, self.settings("CONFIG", name)))
        if self.happens(0.15):
            endpoint = Entry("endpoint_url", "http://localhost:9/ignored")
            sections.append(Section("dev", None, [Entry("region", "eu-north-1"), endpoint]))
        if self.happens(0.1):
            sections.append(Section("DEFAULT", None, [Entry("region", self.pick(REGIONS))]))
        sections.append(Section("services local", None, [self.block("s3", self.services_block())]))
        for section in sections:
            section.indent = self.pick([""], ["  ", "\t"], 0.03)
        self.random.shuffle(sections)
        return sections

    def header(self, name):
        if name == "default":
            return self.pick(["default", "default", "profile default"])
        quoted = f'"{name}"' if " " in name else self.pick([name, name, f'"{name}"', f"'{name}'"])
        return f"profile{self.pick([' ', ' ', '  '])}{quoted}"

    def services_block(self):
        if self.happens(0.2):
            return [("a", "b")]
        return [("endpoint_url", self.pick(ENDPOINTS, [*BAD_ENDPOINTS, ""], 0.1))]

    def credentials(self):
        sections = []
        for name in PROFILES:
            if self.happens(0.65):
                entries = self.keys("CREDENTIALS", name)
                if self.happens(0.15):
                    entries += self.settings("CREDENTIALS", name, keys=0)
                sections.append(Section(name, name, entries))
        return sections

    def keys(self, file, name):
        label = f"{file}{PROFILES.index(name)}"
        key = self.entry("aws_access_key_id", f"AKIA{label}".ljust(20, "X"))
        secret = self.entry("aws_secret_access_key", f"secret-of-{label}")
        token = [self.entry("aws_session_token", f"token-of-{label}")] if self.happens(0.2) else []
        if self.happens(0.85):
            return [key, secret, *token]
        kind = self.random.choice(["no secret", "no key", "empty secret", "empty key", "nothing"])
        if kind.startswith("empty"):
            (secret if kind == "empty secret" else key).value = ""
            return [key, secret, *token]
        return {"no secret": [key], "no key": [secret], "nothing": []}[kind] + token

    def settings(self, file, name, keys=0.5):
        entries = self.keys(file, name) if self.happens(keys) else []

        def maybe(probability, key, *choices):
            if self.happens(probability):
                entries.append(self.entry(key, self.pick(*choices)))

        maybe(0.6, "region", REGIONS, [*ODD_REGIONS, "", "", ""], 0.2)
        maybe(0.12, "endpoint_url", ENDPOINTS, [*BAD_ENDPOINTS, ""], 0.1)
        maybe(0.12, "services", ["local"], ["missing"], 0.15)
        maybe(0.1, "ignore_configured_endpoint_urls", ["true", "false"])
        maybe(0.15, "use_dualstack_endpoint", ["true", "TRUE", "false", "yes"])
        maybe(0.1, "use_fips_endpoint", ["true", "True", "false"])
        maybe(0.1, "s3_us_east_1_regional_endpoint", ["regional", "legacy"], ["REGIONAL"], 0.15)
        maybe(0.05, "addressing_style", ["path"])
        if self.happens(0.5):
            entries.append(self.block("s3", self.s3_block()))
        self.random.shuffle(entries)
        return entries

    def s3_block(self):
        pairs = [("max_concurrent_requests", "20")]

        def maybe(probability, key, *choices):
            if self.happens(probability):
                pairs.append((key, self.pick(*choices)))

        maybe(0.7, "addressing_style", ["auto", "path", "path", "virtual", "virtual"], ["Path", "garbage", ""], 0.1)
        maybe(0.3, "use_dualstack_endpoint", ["true", "True", "TRUE", "false", "no"])
        maybe(0.1, "us_east_1_regional_endpoint", ["regional", "legacy"])
        maybe(0.05, "use_accelerate_endpoint", ["true", "false"])
        maybe(0.1, "endpoint_url", ["http://localhost:9/of-no-effect"])
        self.random.shuffle(pairs)
        return pairs

    def entry(self, key, value):
        written = self.pick([key, key, key, key.upper(), key.title()])
        before = self.pick(["", "", "", "# a = b\n", "\n"])
        entry = Entry(written, value, self.pick([" = ", "=", ": ", ":", "  =   "]), before)
        if value and self.happens(0.05):
            entry.value += self.pick(["  ", "\t", "\n\n# a comment", "\n  ; an indented comment"])
        return entry

    def block(self, key, pairs):
        # In a block keys are as they are written.
        return Entry(key, [(name, self.pick([" = ", "=", " =  "]), value) for name, value in pairs])
