"""What an installation sets: defaults, tandem.toml, TANDEM_* variables, the later winning.

Nothing else in the package reads the environment.
"""

import os
import socket
import ssl
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationError, model_validator

from tandem.cti.ice import IceServers
from tandem.cti.oidc_settings import OidcSettings, is_safe
from tandem.store.database import RECORDS, Where
from tandem.store.postgresql import server_at

PROJECT = Path(__file__).parents[2]
PREFIX = "TANDEM_"
SECRET_PREFIX = f"{PREFIX}SECRET_"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=0, le=36500)]
Place = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _is_server(address: str) -> str:
    if address:
        server_at(address)
    return address


class ConfigError(Exception):
    """Something is wrong with the configuration or with the place it describes. `lines`: one for each thing."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Config(BaseModel):
    """One installation, or one test instance. Ports are given without `port_offset`; `port()` adds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Place = PROJECT / "var"
    """Everything that is written: journal, records, secrets, logs."""
    instance: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")] = "tandem"
    """Name of this Asterisk instance; several may run from one Asterisk root."""
    asterisk_root: Place = PROJECT / "var/asterisk-root"
    """Where Asterisk is built when the system has none. Test instances share it."""
    asterisk_extra: Place | None = None
    """A folder of modules.conf, extensions.conf, queues.conf to add to Asterisk's (an emergency queue, say)."""

    host: IPv4Address = IPv4Address("127.0.0.1")
    """Where phones and browsers connect to. AMI and AGI stay on 127.0.0.1."""
    sip_port: Port = 5260
    ami_port: Port = 5238
    asterisk_http_port: Port = 8288
    agi_port: Port = 4773
    http_port: Port = 8080
    rtp_first: Port = 21000
    rtp_last: Port = 21999
    port_offset: Annotated[int, Field(ge=0, le=40000)] = 0
    """Added to every port, so that a test instance keeps out of the way of another."""
    trunks: tuple[IPv4Network, ...] = (IPv4Network("127.0.0.1"),)
    """Addresses, or networks such as 192.0.2.0/24, that calls come from without an account."""
    trunk_contact: Annotated[str, Field(pattern=r"^(sips?:[A-Za-z0-9.-]+(:[0-9]+)?)?$")] = ""
    """Where calls to numbers go out by the endpoint `trunk`, such as sip:gateway.example:5060."""

    database: Annotated[str, AfterValidator(_is_server)] = ""
    """The PostgreSQL server of records, settings and users, such as postgresql://tandem@db.example/tandem with
    ?sslmode=verify-full&password_file=/run/secrets/database behind it; else SQLite in home."""

    flows: Place = PROJECT / "flows"
    centre: Place = PROJECT / "demo/centre.yaml"
    """Numbers, queues, people and customers, as an admin writes them."""
    recordings: Place = PROJECT / "flows/recordings"
    """Recorded prompts, `<language>/<key>.wav`; each wins over synthesis."""

    webhook_url: HttpUrl | None = None
    """Where links are posted for an SMS gateway; without it they go by SIP MESSAGE only."""
    webhook_secret: SecretStr | None = None
    """What the gateway checks our signature with."""
    outbox_delivers: bool = False
    """For a demo without a gateway: a link that reaches no phone stays in the outbox and counts as delivered."""
    public_url: HttpUrl | None = None
    """How customers' browsers reach us, for links; without it http://<host>:<http_port>."""
    chat_origins: tuple[Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?$")], ...] = ()
    """Web sites whose pages may open chats, such as https://shop.example; public_url itself always may."""
    tls_certificate: Place | None = None
    """The certificate (PEM, with its chain) that the web is served with; without it, plain HTTP, as behind a proxy."""
    tls_key: Place | None = None
    """Its key (PEM)."""
    stun_servers: tuple[Annotated[str, Field(pattern=r"^stuns?:[A-Za-z0-9.-]+(:[0-9]+)?$")], ...] = ()
    """Whom browser phones ask for their own address, such as stun:stun.example:3478; nobody, unless it is set."""
    turn_servers: tuple[
        Annotated[str, Field(pattern=r"^turns?:[A-Za-z0-9.-]+(:[0-9]+)?(\?transport=(udp|tcp))?$")], ...
    ] = ()
    """Relays for browser phones whose network lets no voice through, such as turn:turn.example?transport=tcp."""
    turn_secret: SecretStr | None = None
    """What the relays' passwords are made with: their static-auth-secret, see docs/admin.md."""
    record_talks: bool = False
    """Whether queues may have talks recorded (record_percent). Asterisk lets nobody begin a recording who may not also
    run programs by its manager interface, so this right is not asked for where nothing is recorded."""
    asterisk_stun: Annotated[str, Field(pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?)?$")] = ""
    """Whom Asterisk asks for its own address, for browser phones, where a router changes it."""
    oidc_issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = ""
    """The company's OpenID provider, such as https://login.example; people may sign in by it too."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    """How it knows us; the address that it leads back to is <public_url>/session/oidc/back."""
    oidc_claim: str = "preferred_username"
    """What of its token is the name of a user here: something that people can't change themselves."""
    secrets: Annotated[dict[str, SecretStr], Field(repr=False)] = {}
    """Secrets for systems outside, by name in small letters; TANDEM_SECRET_<NAME> sets one."""
    redis_url: Annotated[str, Field(pattern=r"^(rediss?://[^\s@]+|unix:///[^\s@]+)?$")] = ""
    """Redis of the cell that this controller belongs to, such as redis://127.0.0.1:6379/0; see docs/cluster.md. Without
    it, this controller is alone, and its journal is in `home`."""
    redis_password: SecretStr | None = None
    cell: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")] = "cell"
    """Name of the cell: several may use one Redis."""
    lease_seconds: Annotated[float, Field(ge=0.3, le=60)] = 1.2
    """A controller that is not heard of for so long is no longer in charge of its cell."""
    redis_patience: Annotated[float, Field(ge=1, le=3600)] = 30.0
    """Seconds for which Redis may be lost until the controller gives up."""
    redis_keep_hours: Annotated[float, Field(gt=0, le=168)] = 24.0
    """Hours for which the journal of a cell is kept, in Redis' memory, to look back at."""
    keep_links: Days = 90
    """Days for which links and notifications that are done, forms, and voicemails that were heard are kept; 0: for
    ever."""
    keep_notifications: Days = 90
    keep_webhooks: Days = 30
    """Days for which events for receivers of webhooks are on record that were taken or given up; 0: for ever."""
    keep_forms: Days = 365
    keep_voicemails: Days = 365
    keep_recordings: Days = 90
    """Days for which recordings of talks are kept; 0: for ever."""
    keep_customers: Days = 0
    """Days after which customers are forgotten who had no contact and were not changed; 0: never."""
    keep_joins: Days = 365
    """Days for which merging and splitting customers can be undone; 0: for ever."""
    keep_chats: Days = 365
    """Days for which what was written in a chat is kept after its end; 0: for ever. Its figures stay."""
    keep_chat_files: Days = 90
    """Days for which files that were sent in chats are kept; 0: for ever."""
    file_scan: Place | None = None
    """A program that looks at each file before a chat has it, such as /usr/bin/clamdscan; see docs/chat.md."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.rtp_first >= self.rtp_last:
            raise ValueError("rtp_first must be less than rtp_last")
        if max(self.port(name) for name in PORTS) > 65535:
            raise ValueError(f"port_offset = {self.port_offset} lifts a port above 65535")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("oidc_issuer needs an oidc_client_id and an oidc_client_secret")
        if self.oidc_issuer and not is_safe(self.oidc_issuer):
            raise ValueError("oidc_issuer must be https: whoever could answer in its place could be anybody here")
        if self.turn_servers and not self.turn_secret:
            raise ValueError("turn_servers need a turn_secret, their static-auth-secret: a relay for everybody is none")
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("webhook_url needs a webhook_secret, so that the gateway knows us")
        return self

    def port(self, name: str) -> int:
        """The port called `name` (a field's name, such as "sip_port"), offset added."""
        number: int = getattr(self, name)
        return number + self.port_offset

    @property
    def web_url(self) -> str:
        """Where this machine reaches the web side."""
        return f"{'https' if self.tls_certificate else 'http'}://{self.host}:{self.port('http_port')}"

    def tls(self) -> ssl.SSLContext | None:
        """What the web is served with; None for plain HTTP. ConfigError when certificate and key can't be used."""
        if self.tls_certificate is None or self.tls_key is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        except (OSError, ssl.SSLError) as error:
            reason = f"{error}: give a certificate and its key, both as PEM files that we may read"
            raise ConfigError([f"tls_certificate {self.tls_certificate}, tls_key {self.tls_key}: {reason}"]) from error
        return context

    def trust(self) -> ssl.SSLContext | bool:
        """What our own programs check the web side with: its very certificate, whatever name is in it."""
        if self.tls_certificate is None:
            return True
        context = ssl.create_default_context(cafile=str(self.tls_certificate))
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    @property
    def records(self) -> Where:
        """Where the records, settings and users are."""
        return server_at(self.database) if self.database else self.home / RECORDS

    @property
    def oidc(self) -> OidcSettings | None:
        """The provider that people may sign in by."""
        if not self.oidc_issuer or not self.oidc_client_secret:
            return None
        secret = self.oidc_client_secret.get_secret_value()
        return OidcSettings(self.oidc_issuer, self.oidc_client_id, secret, self.oidc_claim)

    @property
    def ice(self) -> IceServers:
        """The servers that browser phones are given."""
        secret = self.turn_secret.get_secret_value() if self.turn_secret else ""
        return IceServers(self.stun_servers, self.turn_servers, secret)

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which people and programs may ask: loopback's, and those that are configured."""
        own = {str(self.host), self.public_url.host or ""} if self.public_url else {str(self.host)}
        return LOOPBACK | own - {""}

    @property
    def keep_days(self) -> dict[str, int]:
        """How long what is kept, for store.retention."""
        kinds = (name.removeprefix("keep_") for name in type(self).model_fields if name.startswith("keep_"))
        return {kind: getattr(self, f"keep_{kind}") for kind in kinds}

    def environment(self) -> dict[str, str]:
        """Our own environment, with the variables that give another process this configuration."""
        settings = {name: getattr(self, name) for name in self.model_fields_set}
        secrets = settings.pop("secrets", {})
        given = {f"{PREFIX}{name.upper()}": _written(value) for name, value in settings.items() if value is not None}
        given |= {f"{SECRET_PREFIX}{name.upper()}": _written(value) for name, value in secrets.items()}
        return os.environ | given


PORTS = {
    "sip_port": "SIP",
    "ami_port": "Asterisk's manager interface",
    "asterisk_http_port": "Asterisk's HTTP",
    "agi_port": "calls handed over by Asterisk (FastAGI)",
    "http_port": "the web",
    "rtp_first": "the first voice port",
    "rtp_last": "the last voice port",
}
"""Every port setting, and what it is for."""

OURS = ("agi_port", "http_port")
ASTERISKS = ("sip_port", "ami_port", "asterisk_http_port")


def load_config(environment: Mapping[str, str] = os.environ, file: Path = PROJECT / "tandem.toml") -> Config:
    """The configuration in force. ConfigError with one line for every bad value, wherever it came from."""
    from_file = _read(file) if file.exists() else {}
    variables = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    secrets = {name: variables.pop(name) for name in list(variables) if name.startswith(SECRET_PREFIX)}
    from_environment: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): _listed(name, value) for name, value in variables.items()
    }
    if secrets:
        from_environment["secrets"] = {
            name.removeprefix(SECRET_PREFIX).lower(): value for name, value in secrets.items()
        }
    try:
        return Config(**(from_file | from_environment))
    except ValidationError as error:
        raise ConfigError([_line(problem, from_environment, file) for problem in error.errors()]) from None


def check_ports(config: Config, names: tuple[str, ...] = OURS + ASTERISKS) -> None:
    """ConfigError with one line for every port in `names` that another program holds.

    SIP goes over UDP and TCP, all else over TCP: there, a voice that someone has on UDP at the same number is no harm.
    """
    lines = []
    for name in names:
        host = str(config.host) if name in ("sip_port", "http_port") else "127.0.0.1"
        kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if name == "sip_port" else (socket.SOCK_STREAM,)
        if not _is_free(host, config.port(name), kinds):
            lines.append(f"port {config.port(name)} ({PORTS[name]}) is taken: {_advice(name)}")
    if lines:
        raise ConfigError(lines)


def check_home(config: Config) -> None:
    """Make the home folder; ConfigError when it can't be made or written to."""
    try:
        config.home.mkdir(parents=True, exist_ok=True)
        probe = config.home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = f"{config.home} can't be written to ({error.strerror})"
        raise ConfigError([f"{reason}: {_advice('home')}"]) from error


def _advice(name: str) -> str:
    return f"set {PREFIX}{name.upper()}, or {name} in tandem.toml, to another"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([f"{file}: {error}"]) from error


def _written(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _listed(name: str, value: str) -> str | list[str]:
    """A variable is one text; a list's parts are parted by commas."""
    is_list = name.removeprefix(PREFIX) in ("TRUNKS", "CHAT_ORIGINS", "STUN_SERVERS", "TURN_SERVERS")
    return [part.strip() for part in value.split(",") if part.strip()] if is_list else value


def _line(problem: Any, from_environment: Mapping[str, object], file: Path) -> str:
    """One line on one problem: setting, value (never a secret's), what is allowed, where it was set."""
    if not problem["loc"]:
        return str(problem["ctx"]["error"])
    name = str(problem["loc"][0])
    source = f"{PREFIX}{name.upper()}" if name in from_environment else str(file)
    if problem["type"] == "extra_forbidden":
        return f"{source}: there is no setting {name}"
    is_secret = any(word in name for word in ("secret", "password", "redis_url", "database"))  # the last may have one
    value = "(hidden)" if is_secret else repr(problem["input"])
    return f"{source}: {name} = {value}: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _is_free(host: str, port: int, kinds: tuple[socket.SocketKind, ...]) -> bool:
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True
