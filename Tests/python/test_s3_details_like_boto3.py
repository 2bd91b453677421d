"""The program finds what boto3 finds: the fine points of botocore's rules, one at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from harness.found_s3 import Failed, by_boto3, by_program, run_program
from harness.tool import Tool

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT00000", "AWS_SECRET_ACCESS_KEY": "secret-of-environment"}
PLAIN = "https://my-bucket.s3.amazonaws.com/KEY"
FAILS = None


def variables(**values):
    return {**KEYS, **values}


def s3(*lines):
    """A config file whose default profile has this block."""
    return "[default]\ns3 =\n" + "".join(f"  {line}\n" for line in lines)


@dataclass(frozen=True)
class Case:
    """What an object's address is; `FAILS` where there is none."""

    rule: str
    address: str | None
    config: str = ""
    credentials: str = ""
    variables: dict = field(default_factory=lambda: KEYS)
    bucket: str = "my-bucket"
    access_key: str = "AKIAENVIRONMENT00000"


def fips(region, address, rule="is that region, by FIPS", **others):
    return Case(f"{region} {rule}", address, variables=variables(AWS_DEFAULT_REGION=region, **others))


def dualstack(rule, address, *lines, region="eu-west-3", **others):
    config = s3(*lines) if lines else ""
    return Case(rule, address, config, variables=variables(AWS_DEFAULT_REGION=region, **others))


def styled(rule, address, bucket="my-bucket", style="virtual", **others):
    return Case(rule, address, s3(f"addressing_style = {style}"), variables=variables(**others), bucket=bucket)


def grammar(rule, region, config):
    """The region that the default profile of a config file has; None where the file is wrong."""
    return Case(rule, region and f"https://my-bucket.s3.{region}.amazonaws.com/KEY", config)


def keys(rule, access_key, config="", credentials="", **others):
    return Case(rule, access_key and PLAIN, config, credentials, others, access_key=access_key)


DUALSTACK = "https://my-bucket.s3.dualstack.eu-west-3.amazonaws.com/KEY"
PARIS = "https://my-bucket.s3.eu-west-3.amazonaws.com/KEY"
US_FIPS = "https://my-bucket.s3-fips.us-east-1.amazonaws.com/KEY"
SERVICES = "[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://localhost:9\n"
DEV = "[profile dev]\nregion = eu-west-3\n"
DEV_KEYS = "[dev]\naws_access_key_id = AKIADEV0000000000000\naws_secret_access_key = secret-of-dev\n"

# A key of the profile, the words that it may be, and one that it may not.
KNOWN_WORDS = {
    "request_checksum_calculation": (["when_supported", "WHEN_REQUIRED"], "always"),
    "response_checksum_validation": (["when_required", "When_Supported"], "when_asked"),
    "account_id_endpoint_mode": (["preferred", "disabled", "REQUIRED"], "none"),
    "defaults_mode": (["legacy", "LEGACY"], "fast"),
}
WORDS = [
    *(Case(f"{key} may be {word}", PLAIN, f"[default]\n{key} = {word}\n")
      for key, (words, _) in KNOWN_WORDS.items() for word in words),
    *(Case(f"{key} may not be {wrong}", FAILS, f"[default]\n{key} = {wrong}\n")
      for key, (_, wrong) in KNOWN_WORDS.items()),
    *(Case(f"the variable of {key} may be {words[0]}", PLAIN, variables=variables(**{f"AWS_{key.upper()}": words[0]}))
      for key, (words, _) in KNOWN_WORDS.items()),
    *(Case(f"the variable of {key} may not be {wrong}", FAILS, variables=variables(**{f"AWS_{key.upper()}": wrong}))
      for key, (_, wrong) in KNOWN_WORDS.items()),
    Case("a mode of defaults gives us-east-1 its own address", "https://my-bucket.s3.us-east-1.amazonaws.com/KEY",
         variables=variables(AWS_DEFAULT_REGION="us-east-1", AWS_DEFAULTS_MODE="standard")),
    Case("a setting beats the mode of defaults", PLAIN, variables=variables(
         AWS_DEFAULT_REGION="us-east-1", AWS_DEFAULTS_MODE="In-Region", AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="legacy")),
]  # fmt: skip

CASES = [
    # Regions
    fips("fips-us-east-1", US_FIPS),
    fips("us-east-1-fips", US_FIPS),
    fips("fips-us-gov-west-1", "https://my-bucket.s3-fips.us-gov-west-1.amazonaws.com/KEY"),
    fips("fips-aws-global", US_FIPS, "is us-east-1, by FIPS"),
    fips("us-fips-east-1", US_FIPS, "loses `fips-` wherever it stands"),
    fips("fips-eu-west-3-fips", "https://my-bucket.s3-fips.eu-west-3.amazonaws.com/KEY", "loses both"),
    fips("fips-cn-north-1", FAILS, "is of a partition without FIPS"),
    fips("cn-north-1", FAILS, "has no FIPS", AWS_USE_FIPS_ENDPOINT="true"),
    fips("fips-cn-north-1", "http://localhost:9/my-bucket/KEY", "at an own endpoint", S3_ENDPOINT="http://localhost:9"),
    fips("aws-global", PLAIN, "is us-east-1 without a region of its own"),
    fips("aws-global", US_FIPS, "by FIPS is us-east-1", AWS_USE_FIPS_ENDPOINT="true"),
    fips("us-east-1", "https://my-bucket.s3.us-east-1.amazonaws.com/KEY", "may have its own address",
         AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="regional"),
    fips("us-east-1", FAILS, "has it by `regional` in lower case alone", AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="Regional"),
    fips("eu-west-3", FAILS, "has it checked too", AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="nonsense"),
    Case("us-east-1's own address is a setting of the profile", "https://my-bucket.s3.us-east-1.amazonaws.com/KEY",
         "[default]\nregion = us-east-1\ns3_us_east_1_regional_endpoint = regional\n"),
    Case("us-east-1's own address is a setting of the block", "https://my-bucket.s3.us-east-1.amazonaws.com/KEY",
         s3("us_east_1_regional_endpoint = regional"), variables=variables(AWS_DEFAULT_REGION="us-east-1")),
    # Dual stack
    dualstack("only `true` decides in the block: what is not falls to the variable", DUALSTACK,
              "use_dualstack_endpoint = false", AWS_USE_DUALSTACK_ENDPOINT="true"),
    Case("only `true` decides in the block: what is not falls to the profile", DUALSTACK,
         "[default]\nregion = eu-west-3\nuse_dualstack_endpoint = true\ns3 =\n  use_dualstack_endpoint = false\n"),
    dualstack("the block's TRUE is true", DUALSTACK, "use_dualstack_endpoint = TRUE"),
    dualstack("the block's true beats the variable's false", DUALSTACK, "use_dualstack_endpoint = true",
              AWS_USE_DUALSTACK_ENDPOINT="false"),
    dualstack("the variable's TRUE is true", DUALSTACK, AWS_USE_DUALSTACK_ENDPOINT="TRUE"),
    dualstack("the variable's 1 is false", PARIS, AWS_USE_DUALSTACK_ENDPOINT="1"),
    dualstack("dual stack in cn", "https://my-bucket.s3.dualstack.cn-north-1.amazonaws.com.cn/KEY", region="cn-north-1",
              AWS_USE_DUALSTACK_ENDPOINT="true"),
    dualstack("dual stack of us-east-1 names the region", "https://my-bucket.s3.dualstack.us-east-1.amazonaws.com/KEY",
              region="us-east-1", AWS_USE_DUALSTACK_ENDPOINT="true"),
    dualstack("dual stack and FIPS", "https://my-bucket.s3-fips.dualstack.eu-west-3.amazonaws.com/KEY",
              AWS_USE_DUALSTACK_ENDPOINT="true", AWS_USE_FIPS_ENDPOINT="true"),
    dualstack("dual stack where the partition has none", FAILS, region="eu-isoe-west-1",
              AWS_USE_DUALSTACK_ENDPOINT="true"),
    # Acceleration
    Case("acceleration", "https://my-bucket.s3-accelerate.amazonaws.com/KEY", s3("use_accelerate_endpoint = true")),
    Case("acceleration needs a bucket's name before the host", FAILS, s3("use_accelerate_endpoint = true"),
         bucket="dotted.bucket"),
    Case("acceleration of no own endpoint", FAILS, s3("use_accelerate_endpoint = true"),
         variables=variables(S3_ENDPOINT="http://localhost:9")),
    Case("acceleration by its address", "https://my-bucket.s3-accelerate.amazonaws.com/KEY",
         variables=variables(S3_ENDPOINT="https://s3-accelerate.amazonaws.com")),
    # Endpoints
    Case("the profile's services", "http://localhost:9/my-bucket/KEY", SERVICES),
    Case("a variable for all beats the profile's services", "http://localhost:8/my-bucket/KEY", SERVICES,
         variables=variables(AWS_ENDPOINT_URL="http://localhost:8")),
    Case("services that are not there", FAILS, "[default]\nservices = missing\n"),
    Case("services that are not there, and that nobody asks", "http://localhost:8/my-bucket/KEY",
         "[default]\nservices = missing\n", variables=variables(AWS_ENDPOINT_URL="http://localhost:8")),
    Case("services without an endpoint leave it to the profile", "http://localhost:8/my-bucket/KEY",
         "[default]\nservices = local\nendpoint_url = http://localhost:8\n[services local]\ns3 =\n  endpoint_url =\n"),
    Case("endpoints of the settings may be ignored", PLAIN, SERVICES,
         variables=variables(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="TRUE", AWS_ENDPOINT_URL_S3="http://localhost:8")),
    Case("S3_ENDPOINT is not ignored", "http://localhost:8/my-bucket/KEY", SERVICES,
         variables=variables(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true", S3_ENDPOINT="http://localhost:8")),
    Case("an endpoint in the profile's block has no effect", PLAIN, s3("endpoint_url = http://localhost:9")),
    # Styles
    styled("upper-case letters stay in the path", "https://s3.amazonaws.com/UpperCase/KEY", "UpperCase"),
    styled("upper-case letters, at an own endpoint", "http://localhost:9/UpperCase/KEY", "UpperCase",
           S3_ENDPOINT="http://localhost:9"),
    styled("dots over https stay in the path", "https://s3.amazonaws.com/dotted.bucket/KEY", "dotted.bucket"),
    styled("dots over https, at an own endpoint", "https://localhost:9/dotted.bucket/KEY", "dotted.bucket",
           S3_ENDPOINT="https://localhost:9"),
    styled("dots over http stand before the host", "http://dotted.bucket.localhost:9/KEY", "dotted.bucket",
           S3_ENDPOINT="http://localhost:9"),
    styled("nothing stands before an address of numbers", "http://127.0.0.1:9/my-bucket/KEY",
           S3_ENDPOINT="http://127.0.0.1:9"),
    styled("an own endpoint's path comes first", "http://my-bucket.localhost:9/base/KEY",
           S3_ENDPOINT="http://localhost:9/base/"),
    styled("auto is path at an own endpoint", "http://localhost:9/my-bucket/KEY", style="auto",
           S3_ENDPOINT="http://localhost:9"),
    styled("styles are in lower case", FAILS, style="Virtual"),
    Case("a style outside the block has no effect", PLAIN, "[default]\naddressing_style = path\n"),
    Case("a block's keys are in lower case", PLAIN, s3("Addressing_Style = path")),
    *WORDS,
    # Files
    grammar("keys may be indented, the first after a header too", "eu-west-3",
            "[default]\n  output = json\n  region = eu-west-3\n"),
    grammar("a continuation is deeper than its key", FAILS, "[default]\nregion = eu-west-3\n  output = json\n"),
    grammar("an indented key's continuation is deeper than it", FAILS,
            "[default]\n  region = eu-west-3\n    output = json\n"),
    grammar("a key less deep than the one before is a key", "eu-west-3",
            "[default]\n  output = json\n region = eu-west-3\n"),
    grammar("a block may be below an indented key", "eu-west-3",
            "[default]\n  s3 =\n    a = b\n  region = eu-west-3\n"),
    grammar("a header may be indented", "eu-west-3", "  [default]\nregion = eu-west-3\n"),
    grammar("a header deeper than the key before continues it", FAILS,
            "[default]\nregion = eu-west-3\n  [profile dev]\n"),
    grammar("a comment or an empty line ends no block", "eu-west-3",
            "[default]\nregion = eu-west-3\ns3 =\n  a = b\n\n# c\n  d = e\n"),
    grammar("[DEFAULT] is in every section", "eu-west-3", "[DEFAULT]\nregion = eu-west-3\n[default]\noutput = json\n"),
    grammar("[DEFAULT] may stand twice", "eu-west-3",
            "[DEFAULT]\nregion = eu-west-3\n[default]\n[DEFAULT]\noutput = json\n"),
    grammar("[DEFAULT] has each key once, however often it stands", FAILS,
            "[DEFAULT]\nregion = eu-west-3\n[default]\n[DEFAULT]\nregion = eu-west-1\n"),
    Case("blanks within the brackets belong to the name", PLAIN, "[ default ]\nregion = eu-west-3\n"),
    grammar("what follows a value belongs to it", FAILS, "[default]\nregion = eu-west-3 # mine\n"),
    grammar("what Unicode calls the end of a line is none", "eu-west-3",
            "[default]\n# a\u2028b\u0085c\nregion = eu-west-3\n"),
    grammar("text after the header is nothing", "eu-west-3", "[default] # mine\nregion = eu-west-3\n"),
    grammar("the later of [default] and [profile default] is whole", "eu-west-3",
            "[profile default]\nuse_fips_endpoint = true\n[default]\nregion = eu-west-3\n"),
    grammar("values may have delimiters", "eu-west-3", "[default]\nrole_session_name = a:b=c\nregion: eu-west-3\n"),
    grammar("lines may end as on Windows", "eu-west-3", "[default]\r\nregion = eu-west-3\r\n"),
    grammar("a section stands once", FAILS, "[default]\n[default]\nregion = eu-west-3\n"),
    grammar("a key stands once", FAILS, "[default]\nregion = eu-west-3\nRegion = eu-west-3\n"),
    grammar("a key is not empty", FAILS, "[default]\nregion = eu-west-3\n= empty\n"),
    grammar("a line has a delimiter", FAILS, "[default]\nregion = eu-west-3\nnonsense\n"),
    grammar("a block's line has an equals sign", FAILS, "[default]\nregion = eu-west-3\ns3 =\n  a: b\n"),
    grammar("nothing stands before the first section", FAILS, "region = eu-west-3\n[default]\n"),
    grammar("a byte order mark is no blank", FAILS, "\ufeff[default]\nregion = eu-west-3\n"),
    grammar("bytes are UTF-8", FAILS, "[default]\n# \udce9\nregion = eu-west-3\n"),
    Case("a profile's name may be quoted", PARIS, "[profile 'two words']\nregion = eu-west-3\n",
         variables=variables(AWS_PROFILE="two words")),
    Case("a profile's name is one word", FAILS, "[profile two words]\nregion = eu-west-3\n",
         variables=variables(AWS_PROFILE="two words")),
    Case("a profile's header begins so", PARIS, "[profiles dev]\nregion = eu-west-3\n",
         variables=variables(AWS_PROFILE="dev")),
    Case("a profile that is asked for is there", FAILS, DEV, variables=variables(AWS_PROFILE="default")),
    Case("a path has ${VARIABLE}", PARIS, DEV,
         variables=variables(AWS_CONFIG_FILE="${HOME}/.aws/config", AWS_PROFILE="dev")),
    Case("a path has a variable within a name", PARIS, DEV,
         variables=variables(AWS_CONFIG_FILE="~/.${NAME}/config", NAME="aws", AWS_PROFILE="dev")),
    # Credentials
    keys("the secret alone is half of a pair", FAILS, credentials=DEV_KEYS, AWS_PROFILE="dev",
         AWS_SECRET_ACCESS_KEY="s"),
    keys("the key alone is half of a pair", FAILS, credentials=DEV_KEYS, AWS_PROFILE="dev", AWS_ACCESS_KEY_ID="a"),
    keys("a token alone is nothing", "AKIADEV0000000000000", credentials=DEV_KEYS, AWS_PROFILE="dev", AWS_SESSION_TOKEN="t"),
    keys("[profile dev] is none in the credentials file", FAILS, credentials=f"[profile {DEV_KEYS[1:]}",
         AWS_PROFILE="dev"),
    keys("[dev] is none in the config file", FAILS, DEV_KEYS, AWS_PROFILE="dev"),
    keys("AWS_DEFAULT_PROFILE comes first", "AKIADEV0000000000000", credentials=DEV_KEYS, AWS_DEFAULT_PROFILE="dev",
         AWS_PROFILE="missing"),
    keys("halves of a pair in two files are none", FAILS, "[profile dev]\naws_secret_access_key = secret-of-dev\n",
         "[dev]\naws_access_key_id = AKIADEV0000000000000\n", AWS_PROFILE="dev"),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory, binary):
    """By case, what boto3 and the program find."""

    def ask(case):
        folder = tmp_path_factory.mktemp("case")
        write(folder, case.config, case.credentials)
        boto3 = by_boto3(case.variables, folder, case.bucket)
        return lambda: (boto3, by_program(Tool(binary, folder), case.variables, folder, case.bucket))

    # boto3 reads this process's own environment, so one at a time.
    asked = [ask(case) for case in CASES]
    with ThreadPoolExecutor(4) as pool:
        return dict(zip((case.rule for case in CASES), pool.map(lambda program: program(), asked), strict=True))


def write(folder, config, credentials=""):
    (folder / ".aws").mkdir()
    (folder / ".aws" / "config").write_bytes(config.encode(errors="surrogateescape"))
    (folder / ".aws" / "credentials").write_bytes(credentials.encode())


def test_each_rule_stands_once():
    assert len({case.rule for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_finds_what_boto3_finds(case, answers):
    boto3, program = answers[case.rule]
    if case.address is FAILS:
        assert isinstance(boto3, Failed)
    else:
        assert (boto3.address, boto3.access_key) == (case.address, case.access_key)
    assert program == boto3


FAULTS = [
    ("a line without a delimiter", "[default]\n{}\n", 2),
    ("a key twice", "[default]\naws_secret_access_key = {0}\n\naws_secret_access_key = {0}\n", 4),
    ("a section twice", "[default]\naws_secret_access_key = {}\n[default]\n", 3),
    ("before the first section", "# mine\naws_secret_access_key = {}\n[default]\n", 2),
    ("a line of a block without an equals sign", "[default]\naws_secret_access_key =\n  {}\n", 3),
    ("an empty key", "[default]\n= {}\n", 2),
    ("a header that is not closed", "[default]\n[{}\n", 2),
]


@pytest.mark.parametrize("name", ["config", "credentials"])
@pytest.mark.parametrize("text, line", [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_file_that_cannot_be_read_is_named(name, text, line, tmp_path, binary):
    """Both fail; the program says which line of which file, and nothing that could be a secret."""
    secret = "wJalrXUtnFEMI/K7MDENG"
    write(tmp_path, "")
    path = tmp_path / ".aws" / name
    path.write_text(text.format(secret))
    assert "Unable to parse config file" in by_boto3(KEYS, tmp_path, "my-bucket").words
    for verbose in ([], ["--verbose"]):
        finished = run_program(Tool(binary, tmp_path), KEYS, tmp_path, "my-bucket", *verbose)
        assert f"{path}:{line}" in finished.stdout, str(finished)
        assert secret not in finished.stdout + finished.stderr, str(finished)
