"""All a deployment may choose: environment `JIANFU_…` (nested with `__`), credentials,
then one TOML file.
"""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from scheduler.quiet import QuietHours

PREFIX = "JIANFU_"
CONFIG = "JIANFU_CONFIG"  # where the file is cannot stand in the file
CHECKOUT = Path(__file__).resolve().parent.parent


class OperatorError(Exception):
    """The operator must do something first: one Chinese line with the remedy, free of
    secrets.

    `main` prints it to stderr without a traceback and exits with 2.
    """


MOST_WRITTEN = 4_000_000  # bytes of a file that a person writes
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def written(what: str, path: Path) -> str:
    """The text of a file that an operator keeps by hand; a mark of byte order is left
    out.

    what: its name for people. Raises: OperatorError, whatever else the file may be.
    """
    data = written_bytes(what, path)
    if data.startswith(UTF_16) or b"\0" in data:
        raise OperatorError(f"{what} {path} 不是 UTF-8 文字：请另存为 UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OperatorError(f"{what} {path} 不是 UTF-8 文字：请另存为 UTF-8") from None


def written_bytes(what: str, path: Path) -> bytes:
    """As `written`, where other encodings will do, too."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise OperatorError(f"{what} {path} 是目录或设备：请写一个文件的路径")
        with path.open("rb") as file:
            data = file.read(MOST_WRITTEN + 1)
    except FileNotFoundError:
        raise OperatorError(f"没有{what} {path}：请检查路径") from None
    except (OSError, ValueError) as error:  # a path with a zero in it is a ValueError
        why = getattr(error, "strerror", None) or "路径写得不对"
        raise OperatorError(f"读不了{what} {path}：{why}，请检查路径和权限") from None
    if len(data) > MOST_WRITTEN:
        raise OperatorError(f"{what} {path} 超过4 MB，不像是手写的：请检查路径")
    return data


def _absolute(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError("路径里有看不见的字符（NUL），请重写")
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # "~" without a home
        raise ValueError("找不到 ~ 所指的主目录，请写绝对路径") from None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError(f"没有名为 {name!r} 的时区，例如 Asia/Shanghai") from None
    return name


def _default_keyring() -> Path:
    """Follow the XDG base directory specification: `$XDG_CONFIG_HOME`, if absolute,
    else `~/.config`.
    """
    config = os.environ.get("XDG_CONFIG_HOME", "")
    home = os.environ.get("HOME", "")
    if os.path.isabs(config):
        return Path(config, "jianfu", "keyring.json")
    if os.path.isabs(home):
        return Path(home, ".config", "jianfu", "keyring.json")
    raise OperatorError(
        "没有 HOME，不知道钥匙环放哪里：请设置 JIANFU_KEYRING=/安全的目录/keyring.json"
    )


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Hour = Annotated[int, Field(ge=0, le=23)]


class SettingsFile(TomlConfigSettingsSource):
    """The settings' own file, read as all that a person writes."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return tomllib.loads(written("设置文件", Path(file_path)))


class Web(BaseModel):
    """Where the web chat and the units' pages are served."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(
        "127.0.0.1", description="网页监听的地址；不是本机地址时须有 TLS 或在代理之后"
    )
    port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="网页监听的端口，0–65535；0 表示任选一个空闲端口",
    )
    tls_cert: AbsolutePath | None = Field(
        None, description="TLS 证书文件（PEM），与 JIANFU_WEB__TLS_KEY 同时设置"
    )
    tls_key: AbsolutePath | None = Field(
        None, description="TLS 私钥文件（PEM），与 JIANFU_WEB__TLS_CERT 同时设置"
    )
    behind_proxy: bool = Field(
        False,
        description="true 表示前面有反向代理提供 https，页面按 https 发安全 Cookie",
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s?#]+$",
        description="对外公布的网址，如 https://jianfu.example.cn，末尾不带斜杠",
    )

    @model_validator(mode="after")
    def _tls_is_a_pair(self) -> "Web":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("JIANFU_WEB__TLS_CERT 与 JIANFU_WEB__TLS_KEY 须同时设置")
        return self

    @property
    def https(self) -> bool:
        """Whether browsers reach us by https, so that cookies are `Secure` and named
        `__Host-`.
        """
        return self.tls_cert is not None or self.behind_proxy

    def refuse_exposure(self) -> None:
        """Raise OperatorError if serving as set would send a reporter's words over a
        network in clear.
        """
        if not (self.https or _is_loopback(self.host)):
            raise OperatorError(
                f"{self.host} 不是本机地址，明文会泄露反映人："
                "请设置 JIANFU_WEB__TLS_CERT 和 "
                "JIANFU_WEB__TLS_KEY，或在 https 反向代理之后加 --behind-proxy"
            )


class Telegram(BaseModel):
    """The Telegram bot; without a token there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr | None = Field(
        None,
        description="Telegram 机器人的令牌（向 @BotFather 要），如 123456:ABC…；"
        "不设就没有 Telegram",
    )
    base_url: str = Field(
        "https://api.telegram.org/bot",
        pattern=r"^https?://[^\s?#]+/bot$",
        description="Bot API 的地址，令牌接在后面；自建服务器如 http://127.0.0.1:8081/bot",
    )
    base_file_url: str = Field(
        "https://api.telegram.org/file/bot",
        pattern=r"^https?://[^\s?#]+/file/bot$",
        description="Bot API 下载文件的地址，令牌接在后面；"
        "自建服务器如 http://127.0.0.1:8081/file/bot",
    )
    mode: Literal["polling", "webhook"] = Field(
        "polling",
        description="怎么收消息：polling（自己去取，不用公网地址）或 webhook（Telegram "
        "送来）",
    )
    webhook_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s?#]+/[^\s?#]+$",
        description="webhook 时 Telegram 把消息送到的完整网址，"
        "如 https://jianfu.example.cn/telegram",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="webhook 时核对来源的口令，1–256 位字母、数字、_ 或 -；"
        "只有 Telegram 和本程序知道",
    )
    staff_chat_id: int | None = Field(
        None,
        lt=0,
        description="工作人员的群（开了话题的超级群）的编号，负数，如 -1001234567890",
    )

    @model_validator(mode="after")
    def _whole(self) -> "Telegram":
        token = self.token.get_secret_value() if self.token else None
        if token is not None and not re.fullmatch(
            r"[0-9]{1,20}:[A-Za-z0-9_-]{3,}", token
        ):
            raise ValueError(
                "JIANFU_TELEGRAM__TOKEN 不像令牌：要整个抄下，如 123456:ABC…"
            )
        secret = self.webhook_secret.get_secret_value() if self.webhook_secret else None
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise ValueError(
                "JIANFU_TELEGRAM__WEBHOOK_SECRET 只能用字母、数字、_ 和 -，最多256位"
            )
        if token and self.mode == "webhook" and not (self.webhook_url and secret):
            raise ValueError(
                "webhook 方式须设 JIANFU_TELEGRAM__WEBHOOK_URL 和 "
                "JIANFU_TELEGRAM__WEBHOOK_SECRET"
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """One frozen value, read by `load` in the verb that runs, and passed on by
    hand."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: AbsolutePath = Field(
        Path("data"), validate_default=True, description="数据库和图片所在的目录"
    )
    keyring: AbsolutePath = Field(
        default_factory=_default_keyring,
        description="钥匙环文件，须在数据目录和代码目录之外；销毁日志放在它旁边",
    )
    keyring_json: SecretStr | None = Field(
        None, description="钥匙环的内容，用来代替文件，例如由 systemd 凭据提供"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO",
        description="日志详略：DEBUG、INFO、WARNING 或 ERROR；任何一级都不含内容和地址",
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai", description="时刻和日期所用的时区"
    )
    push_delay_minutes: int = Field(
        20, ge=0, le=120, description="新工单提醒随机推迟的最长分钟数，0–120"
    )
    push_gather_minutes: int = Field(
        3,
        ge=0,
        le=10,
        description="最后一步之后静几分钟再推送，几步合成一条（从第一步起最多等10分钟），"
        "0–10；0 表示不等",
    )
    quiet_from: Hour = Field(21, description="从几点起不主动打扰反映人，0–23 整点")
    quiet_until: Hour = Field(
        8,
        description=(
            "到几点可以再主动联系反映人，0–23 整点；与 quiet_from 相同则全天可以"
        ),
    )
    draft_hours: int = Field(
        24, ge=1, le=24, description="没有送出的草稿保留几小时，1–24"
    )
    remind_after_hours: int = Field(
        4, ge=1, le=23, description="草稿搁置几小时后提醒一次，1–23，须小于 draft_hours"
    )
    receipt_minutes: int = Field(
        15, ge=1, le=60, description="送出后几分钟内可以再看一次回执码，1–60"
    )
    rules: AbsolutePath | None = Field(
        None,
        description="规则文件（TOML），只写与默认不同的期限、步骤和保留天数，"
        "见 docs/clocks.md",
    )
    calendar: AbsolutePath | None = Field(
        None, description="本地日历（TOML）：另外放假或上班的日子，见 docs/clocks.md"
    )
    issuer: str = Field(
        "减负专线",
        min_length=1,
        max_length=60,
        description="提醒函、通报、处置建议书由谁发出、盖章，1–60字",
    )
    number_prefix: str = Field(
        "减负专线",
        min_length=1,
        max_length=20,
        description="这些文书发文字号里的机关代字，写在〔年份〕前面，1–20字",
    )
    templates: AbsolutePath | None = Field(
        None,
        description="文书模板的目录，放本单位改过的 Word 文件，如 转办单.docx；"
        "没有的用自带的，见 docs/papers.md",
    )
    secrecy: str | None = Field(
        None,
        max_length=30,
        description="文书左上角的密级和保密期限，或“内部资料”一类的字样，最多30字；"
        "空着就不印",
    )
    copies_to: str | None = Field(
        None,
        max_length=100,
        description="提醒函、通报、处置建议书抄送哪些机关，用顿号分开，最多100字；"
        "空着就不印",
    )
    circulate_to: str = Field(
        "各有关单位",
        min_length=1,
        max_length=100,
        description="通报主送哪些单位，用顿号分开，1–100字",
    )
    web: Web = Web()
    telegram: Telegram = Telegram()

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.remind_after_hours >= self.draft_hours:
            raise ValueError("JIANFU_REMIND_AFTER_HOURS 须小于 JIANFU_DRAFT_HOURS")
        keyring = self.keyring.resolve()
        if keyring.is_relative_to(self.data_dir.resolve()) or (
            (CHECKOUT / "pyproject.toml").exists() and keyring.is_relative_to(CHECKOUT)
        ):
            raise ValueError(
                "钥匙环不能与数据或代码放在一起：请把 JIANFU_KEYRING 指向别的目录"
            )
        return self

    @property
    def quiet_hours(self) -> QuietHours:
        """When nothing is pushed to a reporter."""
        zone = ZoneInfo(self.timezone)
        return QuietHours(self.quiet_from, self.quiet_until, zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Name the sources, the strongest first; there is no `.env`, which too easily
        lands in a checkout.
        """
        file = SettingsFile(settings_cls, toml_file=config_file())
        return init_settings, env_settings, file_secret_settings, file


def config_file() -> Path:
    """Where the settings file may be: `JIANFU_CONFIG`, else `jianfu.toml` in the
    working folder.
    """
    return Path(os.environ.get(CONFIG) or "jianfu.toml")


def fields(
    model: type[BaseModel] = Settings, prefix: str = PREFIX
) -> Iterator[tuple[str, FieldInfo]]:
    """Hand out every setting there is as (name of its variable, field), nested ones
    under their own name.
    """
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from fields(inner, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field


def load(**overrides: Any) -> Settings:
    """Read the settings once.

    Args:
        overrides: what the command line says, over all else; nested as a dict, as in
            `web={"port": 80}`.
    Raises: OperatorError, naming the setting that is wrong or unknown, never with the
    value of a secret.
    """
    known = dict(fields())
    for variable in os.environ:
        if variable.upper().startswith(PREFIX) and variable.upper() not in {
            *known,
            CONFIG,
        }:
            raise OperatorError(
                f"没有 {variable} 这个设置：{_hint(variable.upper(), known)}"
            )
    file = config_file()
    if os.environ.get(CONFIG) and not file.is_file():
        raise OperatorError(
            f"{CONFIG} 指的文件 {file} 不存在：请改正路径或去掉这个变量"
        )
    if file.exists() and not file.is_file():
        raise OperatorError(f"设置文件 {file} 是目录或设备：请改名或挪走")
    try:
        return Settings(
            _secrets_dir=os.environ.get("CREDENTIALS_DIRECTORY"), **overrides
        )
    except ValidationError as error:
        raise OperatorError(_explain(error, known)) from None
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"设置文件 {file} 不是合法的 TOML：{error}") from None
    except OSError as error:
        raise OperatorError(
            f"读不了设置文件 {error.filename}：{error.strerror}，请检查权限"
        ) from None
    except (SettingsError, UnicodeDecodeError):
        raise OperatorError(
            f"读不了凭据目录 {os.environ.get('CREDENTIALS_DIRECTORY')}："
            "须是目录，里面一个文件一项，都是 UTF-8 文字"
        ) from None
    except (ValueError, RecursionError):
        raise OperatorError(
            f"设置文件 {file} 读不懂：请照 docs/settings.md 检查写法"
        ) from None


def _explain(error: ValidationError, known: dict[str, FieldInfo]) -> str:
    first = error.errors(include_url=False)[0]
    name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"设置文件里没有 {_key(name)} 这一项：{_hint(name, known)}"
    told = str(first["ctx"]["error"]) if first["type"] == "value_error" else ""
    if name not in known:  # two settings that do not fit together
        return told or f"设置 {name} 不对，说明见 docs/settings.md"
    return f"设置 {name} 不对：{told or known[name].description}"


def _key(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower().replace("__", ".")


def _hint(variable: str, known: Iterable[str]) -> str:
    keys = {_key(name): name for name in known}
    for near in difflib.get_close_matches(_key(variable), keys, n=1):
        return f"是不是 {keys[near]}（文件里写 {near}）？"
    return "全部设置见 docs/settings.md"
