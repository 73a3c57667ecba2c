"""Where settings come from, and what is said about bad ones."""

import socket
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from tandem.service.config import PROJECT, Config, ConfigError, check_home, check_ports, load_config
from tandem.store.postgresql import EXAMPLE, server_at


def test_defaults_listen_on_the_loopback_and_write_to_var(tmp_path: Path) -> None:
    config = load_config({}, tmp_path / "absent.toml")
    assert str(config.host) == "127.0.0.1"
    assert config.home == PROJECT / "var"
    assert config.port("sip_port") == 5260


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "tandem.toml"
    file.write_text('sip_port = 6000\nami_port = 6001\ntrunks = ["10.0.0.1"]\n')
    config = load_config({"TANDEM_SIP_PORT": "7000", "PATH": "/bin"}, file)
    assert (config.sip_port, config.ami_port, config.agi_port) == (7000, 6001, 4773)
    assert config.trunks == (IPv4Network("10.0.0.1"),)


def test_a_list_in_a_variable_is_parted_by_commas(tmp_path: Path) -> None:
    config = load_config({"TANDEM_TRUNKS": "10.0.0.1, 10.0.2.0/24"}, tmp_path / "absent.toml")
    assert config.trunks == (IPv4Network("10.0.0.1"), IPv4Network("10.0.2.0/24"))


def test_a_place_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config({"TANDEM_HOME": "here"}, tmp_path / "absent.toml").home == tmp_path / "here"


def test_the_offset_moves_every_port(tmp_path: Path) -> None:
    config = load_config({"TANDEM_PORT_OFFSET": "2000"}, tmp_path / "absent.toml")
    assert (config.port("sip_port"), config.port("rtp_last")) == (7260, 23999)


def test_all_bad_values_are_told_at_once_one_line_each_with_their_source(tmp_path: Path) -> None:
    file = tmp_path / "tandem.toml"
    file.write_text('ami_port = "many"\nspeach = "espeak"\n')
    with pytest.raises(ConfigError) as caught:
        load_config({"TANDEM_SIP_PORT": "70000", "TANDEM_HOST": "localhost:1"}, file)
    lines = caught.value.lines
    assert len(lines) == 4
    assert all("\n" not in line for line in lines)
    told = "\n".join(lines)
    assert "TANDEM_SIP_PORT: sip_port = '70000': input should be less than or equal to 65535" in told
    assert f"{file}: ami_port = 'many': " in told
    assert f"{file}: there is no setting speach" in told
    assert "TANDEM_HOST: host = 'localhost:1': " in told


def test_a_bad_secret_is_not_told(tmp_path: Path) -> None:
    file = tmp_path / "tandem.toml"
    file.write_text("webhook_secret = 12345678\n")
    with pytest.raises(ConfigError) as caught:
        load_config({}, file)
    assert "12345678" not in str(caught.value)


def test_secrets_are_not_shown_when_the_configuration_is_printed() -> None:
    config = Config.model_validate({"webhook_url": "http://127.0.0.1:9/sms", "webhook_secret": "whisper"})
    assert "whisper" not in repr(config)
    assert "whisper" not in config.model_dump_json()


def test_the_servers_of_browser_phones_reach_the_controller_by_its_environment(tmp_path: Path) -> None:
    given = {
        "TANDEM_STUN_SERVERS": "stun:stun.example",
        "TANDEM_TURN_SERVERS": "turn:turn.example:3478?transport=tcp, turns:turn.example",
        "TANDEM_TURN_SECRET": "whisper",
    }
    config = load_config(given, tmp_path / "absent.toml")
    again = load_config(config.environment(), tmp_path / "absent.toml")
    turn = ("turn:turn.example:3478?transport=tcp", "turns:turn.example")
    assert (again.ice.stun, again.ice.turn, again.ice.secret) == (("stun:stun.example",), turn, "whisper")
    assert "whisper" not in repr(config) + repr(config.ice)
    assert (Config().ice.stun, Config().ice.turn) == ((), ())
    for wrong in ("http://turn.example", "turn:turn.example?transport=sctp", "turn:a b"):
        with pytest.raises(ConfigError, match="TANDEM_TURN_SERVERS"):
            load_config(given | {"TANDEM_TURN_SERVERS": wrong}, tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"TANDEM_RTP_FIRST": "22000"}, "rtp_first must be less than rtp_last"),
        ({"TANDEM_SIP_PORT": "60000", "TANDEM_PORT_OFFSET": "6000"}, "port_offset = 6000 lifts a port above 65535"),
        ({"TANDEM_TURN_SERVERS": "turn:127.0.0.1"}, "turn_servers need a turn_secret"),
        ({"TANDEM_WEBHOOK_URL": "http://127.0.0.1:9/sms"}, "webhook_url needs a webhook_secret"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_config(variables, tmp_path / "absent.toml")


def test_the_records_are_in_home_or_on_a_server(tmp_path: Path) -> None:
    nowhere = tmp_path / "tandem.toml"
    assert load_config({"TANDEM_HOME": "/srv"}, nowhere).records == Path("/srv/records.sqlite3")
    config = load_config({"TANDEM_DATABASE": EXAMPLE}, nowhere)
    assert config.records == server_at(EXAMPLE)
    assert load_config(config.environment(), nowhere).records == config.records, "another process has it so too"


def test_a_password_in_the_address_is_refused_and_not_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="put it into a file") as error:
        load_config({"TANDEM_DATABASE": "postgresql://tandem:geheim@localhost/tandem"}, tmp_path / "tandem.toml")
    assert "geheim" not in str(error.value)


def test_a_file_that_is_no_toml_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tandem.toml"
    file.write_text("sip_port = = 1\n")
    with pytest.raises(ConfigError, match=r"tandem.toml: .*line 1"):
        load_config({}, file)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_told_with_its_purpose_and_the_setting(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        config = Config(sip_port=port)
        with pytest.raises(ConfigError) as caught:
            check_ports(config, ("sip_port",))
    expected = f"port {port} (SIP) is taken: set TANDEM_SIP_PORT, or sip_port in tandem.toml, to another"
    assert caught.value.lines == [expected]
    check_ports(config, ("sip_port",))


def test_a_voice_at_the_number_of_a_port_for_calls_keeps_no_controller_from_starting() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
        voice.bind(("127.0.0.1", 0))
        check_ports(Config(agi_port=voice.getsockname()[1]), ("agi_port",))


def test_a_home_that_cannot_be_written_to_is_told_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"can't be written to .*TANDEM_HOME"):
        check_home(Config(home=tmp_path / "file/home"))
    check_home(Config(home=tmp_path / "new/home"))
    assert list((tmp_path / "new/home").iterdir()) == []


def test_how_long_what_is_kept(tmp_path: Path) -> None:
    config = load_config({"TANDEM_KEEP_FORMS": "0", "TANDEM_KEEP_LINKS": "7"}, tmp_path / "absent.toml")
    kept = {"links": 7, "notifications": 90, "webhooks": 30, "forms": 0, "voicemails": 365, "recordings": 90}
    assert config.keep_days == kept | {"chats": 365, "chat_files": 90, "customers": 0, "joins": 365}


def test_sites_that_may_open_chats_are_given_with_commas_and_must_be_origins(tmp_path: Path) -> None:
    given = {"TANDEM_CHAT_ORIGINS": "https://shop.example, http://127.0.0.1:8080"}
    assert load_config(given, tmp_path / "absent.toml").chat_origins == (
        "https://shop.example",
        "http://127.0.0.1:8080",
    )
    with pytest.raises(ConfigError, match="chat_origins"):
        load_config({"TANDEM_CHAT_ORIGINS": "https://shop.example/page"}, tmp_path / "absent.toml")


def test_a_cells_redis_is_named_and_its_password_never_shown(tmp_path: Path) -> None:
    cell = {"TANDEM_REDIS_URL": "rediss://redis.example:6380/0", "TANDEM_REDIS_PASSWORD": "quiet-word"}
    config = load_config(cell, tmp_path / "absent.toml")
    assert (config.redis_url, config.lease_seconds, config.redis_patience) == ("rediss://redis.example:6380/0", 1.2, 30)
    assert "quiet-word" not in repr(config)
    assert config.environment()["TANDEM_REDIS_PASSWORD"] == "quiet-word"
    for wrong in ("redis://:quiet-word@redis.example", "http://redis.example", "redis://"):
        with pytest.raises(ConfigError, match=r"TANDEM_REDIS_URL: redis_url = \(hidden\)") as told:
            load_config({"TANDEM_REDIS_URL": wrong}, tmp_path / "absent.toml")
        assert "quiet-word" not in str(told.value)
    with pytest.raises(ConfigError, match="lease_seconds"):
        load_config({"TANDEM_LEASE_SECONDS": "0.1"}, tmp_path / "absent.toml")
