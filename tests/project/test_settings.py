"""Settings: each one described in the docs, each mistake one line that names it, no
secret shown.
"""

import re
from pathlib import Path

import pytest

from bot.settings import OperatorError, Settings, Telegram, Web, fields, load

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"
FACTORY = {"JIANFU_KEYRING": "~/.config/jianfu/keyring.json"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing is set."""
    for variable, _ in fields():
        monkeypatch.delenv(variable, raising=False)
    for variable in ("JIANFU_CONFIG", "CREDENTIALS_DIRECTORY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def refused(**overrides: object) -> str:
    """What the operator reads."""
    with pytest.raises(OperatorError) as told:
        load(**overrides)
    line = str(told.value)
    assert "\n" not in line
    return line


def test_the_docs_describe_every_setting_and_no_other() -> None:
    """Name, default and description stand in the table as they stand in the code."""
    told = re.findall(
        r"^\| `(JIANFU_\w+)` \| (.*?) \| (.*) \|$", DOCS.read_text("utf-8"), re.M
    )
    plain = {False: "`false`", True: "`true`", None: ""}
    meant = [
        (
            name,
            f"`{FACTORY[name]}`"
            if name in FACTORY
            else plain.get(field.default, f"`{field.default}`"),
            field.description,
        )
        for name, field in fields()
    ]
    assert told == meant


def test_nothing_need_be_set(tmp_path: Path) -> None:
    """Data beside the caller, keys in the home, the door on this machine only."""
    settings = load()
    assert settings.data_dir == tmp_path / "data"
    assert settings.keyring == tmp_path / ".config" / "jianfu" / "keyring.json"
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)


def test_the_keyring_follows_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute XDG_CONFIG_HOME wins over the home, a relative one is ignored as XDG
    says.
    """
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    assert load().keyring == Path("/somewhere/jianfu/keyring.json")
    monkeypatch.setenv("XDG_CONFIG_HOME", "here")
    assert load().keyring == Path.home() / ".config/jianfu/keyring.json"


def test_without_a_home_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody has a home, the keyring must be told, and then suffices."""
    monkeypatch.delenv("HOME")
    assert "JIANFU_KEYRING=" in refused()
    monkeypatch.setenv("JIANFU_KEYRING", "/keys/keyring.json")
    assert load().keyring == Path("/keys/keyring.json")


def test_command_line_over_environment_over_credentials_over_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The nearer source wins, setting by setting, also inside `web`."""
    file = tmp_path / "line.toml"
    file.write_text(
        'timezone = "UTC"\nlog_level = "ERROR"\n[web]\nhost = "::1"\nport = 1\n',
        "utf-8",
    )
    monkeypatch.setenv("JIANFU_CONFIG", str(file))
    (tmp_path / "jianfu_log_level").write_text("DEBUG", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("JIANFU_WEB__PORT", "2")
    settings = load(web={"behind_proxy": True})
    assert (settings.timezone, settings.log_level) == ("UTC", "DEBUG")
    assert settings.web == Web(host="::1", port=2, behind_proxy=True)


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("JIANFU_WEB__PORT", "acht", "JIANFU_WEB__PORT"),
        ("JIANFU_WEB__PORT", "65536", "JIANFU_WEB__PORT"),
        ("JIANFU_WEB__PROT", "80", "JIANFU_WEB__PORT"),
        ("JIANFU_WEB", "{", "JIANFU_WEB"),
        ("JIANFU_SOMETHING", "1", "docs/settings.md"),
        ("JIANFU_LOG_LEVEL", "LOUD", "JIANFU_LOG_LEVEL"),
        ("JIANFU_TIMEZONE", "Mars/Olympus", "JIANFU_TIMEZONE"),
        ("JIANFU_TIMEZONE", "../../etc/passwd", "JIANFU_TIMEZONE"),
        ("JIANFU_QUIET_FROM", "24", "JIANFU_QUIET_FROM"),
        ("JIANFU_DRAFT_HOURS", "48", "JIANFU_DRAFT_HOURS"),
        ("JIANFU_REMIND_AFTER_HOURS", "24", "JIANFU_REMIND_AFTER_HOURS"),
        ("JIANFU_DRAFT_HOURS", "4", "JIANFU_REMIND_AFTER_HOURS"),
        ("JIANFU_DATA_DIR", "~nobody-of-this-name/x", "JIANFU_DATA_DIR"),
        ("JIANFU_WEB__TLS_CERT", "/cert.pem", "JIANFU_WEB__TLS_KEY"),
        ("JIANFU_WEB__PUBLIC_URL", "https://a.example/path", "JIANFU_WEB__PUBLIC_URL"),
        ("JIANFU_TELEGRAM__TOKEN", "hush-hush", "JIANFU_TELEGRAM"),
        (
            "JIANFU_TELEGRAM__BASE_URL",
            "http://127.0.0.1:8081",
            "JIANFU_TELEGRAM__BASE_URL",
        ),
        ("JIANFU_TELEGRAM__MODE", "push", "JIANFU_TELEGRAM__MODE"),
        ("JIANFU_TELEGRAM__WEBHOOK_SECRET", "two words", "JIANFU_TELEGRAM"),
        (
            "JIANFU_TELEGRAM__STAFF_CHAT_ID",
            "1001234567890",
            "JIANFU_TELEGRAM__STAFF_CHAT_ID",
        ),
        ("JIANFU_CONFIG", "/no/such/file.toml", "JIANFU_CONFIG"),
        ("JIANFU_KEYRING", "data/keyring.json", "JIANFU_KEYRING"),
        ("JIANFU_KEYRING", str(DOCS.parent / "keyring.json"), "JIANFU_KEYRING"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    """Whatever is wrong, the line says which setting, or which one was
    probably meant.
    """
    monkeypatch.setenv(variable, value)
    assert named in refused()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[web]\nprot = 80\n", "web.port"),
        ("colour = 1\n", "docs/settings.md"),
        ("[web\n", "jianfu.toml"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_too(
    tmp_path: Path, text: str, named: str
) -> None:
    """The file in the working folder is found, and found fault with."""
    (tmp_path / "jianfu.toml").write_text(text, "utf-8")
    assert named in refused()


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when all is well nor when something is wrong."""
    monkeypatch.setenv("JIANFU_KEYRING_JSON", "hush-hush")
    settings = load()
    assert (
        settings.keyring_json is not None
        and settings.keyring_json.get_secret_value() == "hush-hush"
    )
    assert "hush" not in (
        f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    )
    assert "hush" not in refused(keyring_json=["hush-hush"])


def test_settings_are_frozen() -> None:
    """Nobody changes them under another's feet."""
    with pytest.raises(ValueError, match="frozen"):
        load().timezone = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_needs_no_tls(host: str) -> None:
    """What never leaves the machine may go in clear."""
    Web(host=host).refuse_exposure()


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.7", "jianfu.example", "127.0.0.1.example"]
)
def test_other_addresses_need_tls_or_a_proxy(host: str) -> None:
    """A reporter's words never cross a network in clear."""
    with pytest.raises(OperatorError, match="--behind-proxy"):
        Web(host=host).refuse_exposure()
    Web(host=host, behind_proxy=True).refuse_exposure()
    Web(host=host, tls_cert=Path("/c"), tls_key=Path("/k")).refuse_exposure()


def test_every_setting_says_what_it_is_for() -> None:
    """The description is what an operator reads when the value is wrong."""
    assert [name for name, field in fields() if not field.description] == []
    nested = len(Web.model_fields) + len(Telegram.model_fields)
    assert len(dict(fields())) == len(Settings.model_fields) - 2 + nested
