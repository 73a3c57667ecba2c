"""What is written for Asterisk to read."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tandem.telephony.provision.addresses import own_addresses
from tandem.telephony.provision.install import AsteriskInstall
from tandem.telephony.provision.render import Instance, Phone, render

ICE = "ice_host_candidates"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/passwd").write_text(f"asterisk:x:{os.geteuid()}:{os.getegid()}:::\n")
    return Instance(
        install=AsteriskInstall(root, "/usr/sbin/asterisk", "/modules", "/data", root / "srv/tandem"),
        name="test",
        sip_port=5261,
        ami_port=5239,
        http_port=8289,
        rtp_first=21000,
        rtp_last=21099,
        ami_secret="ami-secret",
        phones=(Phone("1001", "pass-1001"), Phone("13800000001", "pass-caller", "customer")),
        lines=("95500", "95501"),
        apology=("/srv/tandem/prompts/zh", "/srv/tandem/prompts/en"),
    )


def conf(instance: Instance, name: str) -> str:
    return (instance.folder / "etc" / name).read_text()


def test_nothing_of_the_templates_is_left_open(instance: Instance) -> None:
    render(instance)
    files = list((instance.folder / "etc").glob("*.conf"))
    assert len(files) > 15
    assert not [file.name for file in files if "@{" in file.read_text()]


def test_paths_are_those_asterisk_sees(instance: Instance) -> None:
    render(instance)
    assert "astetcdir => /srv/tandem/test/etc\n" in conf(instance, "asterisk.conf")
    assert instance.conf == "/srv/tandem/test/etc/asterisk.conf"


def test_an_agent_may_dial_the_hotlines_and_a_customer_calls_in(instance: Instance) -> None:
    render(instance)
    assert "[1001](agent)\nauth = 1001\n" in conf(instance, "pjsip.conf")
    assert "username = 1001\npassword = pass-1001\n" in conf(instance, "pjsip.conf")
    assert "[13800000001](customer)\n" in conf(instance, "pjsip.conf")
    phones = conf(instance, "extensions.conf").split("[tandem-phones]")[1].split("\n; ")[0]
    assert [line.split(",")[0] for line in phones.split("\n") if line] == ["exten => 95500", "exten => 95501"]


def section(text: str, name: str) -> list[str]:
    """The lines of the first section of this name."""
    return text.split(f"[{name}]", 1)[1].partition("\n[")[0].splitlines()


def test_a_browser_phone_is_an_agents_whose_voice_is_encrypted_and_who_comes_from_this_machine(
    instance: Instance,
) -> None:
    render(replace(instance, phones=(Phone("1001-web", "pass-web", "browser"),)))
    pjsip = conf(instance, "pjsip.conf")
    assert "[browser](!,agent)\nwebrtc = yes\n" in pjsip
    assert "[1001-web](browser)\nauth = 1001-web\n" in pjsip
    browser = section(pjsip, "browser")
    assert {"deny = 0.0.0.0/0.0.0.0", "permit = 127.0.0.1/255.255.255.255", "allow = opus,ulaw"} <= set(browser)
    assert {"max_contacts = 1", "remove_existing = yes"} <= set(section(pjsip, "registration"))
    assert "bindaddr = 127.0.0.1" in conf(instance, "http.conf")


def test_the_voice_of_browsers_goes_by_loopback_only_where_they_are_on_this_machine(instance: Instance) -> None:
    render(instance)
    assert "media_address = 127.0.0.1" in section(conf(instance, "pjsip.conf"), "browser")
    assert [f"{one} => 127.0.0.1" for one in own_addresses()] == section(conf(instance, "rtp.conf"), ICE)[1:]
    render(replace(instance, host="192.0.2.7"))
    assert "media_address" not in conf(instance, "pjsip.conf")
    assert section(conf(instance, "rtp.conf"), ICE)[1:] == []


def test_calls_to_numbers_go_where_the_trunk_leads(instance: Instance) -> None:
    render(instance)
    assert "\ncontact =" not in conf(instance, "pjsip.conf")
    render(replace(instance, trunk_contact="sip:gateway.example:5060"))
    assert "[trunk]\ntype = aor\ncontact = sip:gateway.example:5060\n" in conf(instance, "pjsip.conf")


def test_only_a_test_instance_has_a_witness(instance: Instance) -> None:
    render(instance)
    assert "[witness]" not in conf(instance, "manager.conf")
    render(replace(instance, witness_secret="witness-secret"))
    assert "[witness]\nsecret = witness-secret\n" in conf(instance, "manager.conf")


def test_the_controller_may_not_run_commands_or_change_the_configuration(instance: Instance) -> None:
    render(instance)
    (write,) = [line for line in conf(instance, "manager.conf").splitlines() if line.startswith("write =")]
    assert not {"all", "command", "config", "system"} & set(write.removeprefix("write = ").split(","))


def test_only_who_records_talks_has_what_asterisk_asks_for_that(instance: Instance) -> None:
    render(replace(instance, records=True))
    assert "\nwrite = originate,call,reporting,message,system\n" in conf(instance, "manager.conf")


def test_no_extension_matches_the_hang_up_extension(instance: Instance) -> None:
    render(instance)
    lines = conf(instance, "extensions.conf").splitlines()
    assert not [line for line in lines if line.startswith("exten => _.")]


def test_passwords_can_be_read_by_asterisk_and_us_only(instance: Instance) -> None:
    previous = os.umask(0)
    try:
        render(instance)
    finally:
        os.umask(previous)
    for file in (instance.folder / "etc").glob("*.conf"):
        assert file.stat().st_mode & 0o777 == 0o640, file


def test_secrets_are_not_shown_when_an_instance_is_printed(instance: Instance) -> None:
    shown = repr(replace(instance, witness_secret="witness-secret"))
    assert not [secret for secret in ("ami-secret", "witness-secret", "pass-1001") if secret in shown]


@pytest.mark.parametrize("value", ["x\nread = all", "x]y", "a,b", "a;b", "${SHELL(id)}", "a b"])
def test_a_value_cannot_break_out_of_its_line(instance: Instance, value: str) -> None:
    for hostile in (
        replace(instance, ami_secret=value),
        replace(instance, phones=(Phone(value, "p"),)),
        replace(instance, phones=(Phone("1001", value),)),
        replace(instance, lines=(value,)),
        replace(instance, trunks=(value,)),
        replace(instance, trunk_contact=value),
        replace(instance, apology=(value,)),
    ):
        with pytest.raises(ValueError, match="not allowed"):
            render(hostile)


def test_additions_are_included_and_gone_when_taken_out(instance: Instance, tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra/queues.conf").write_text("[emergency]\nmember => PJSIP/1001\n")
    render(replace(instance, extra=tmp_path / "extra"))
    assert conf(instance, "extra/queues.conf") == "[emergency]\nmember => PJSIP/1001\n"
    render(instance)
    assert not (instance.folder / "etc/extra/queues.conf").exists()


def test_asterisk_asks_nobody_for_its_address_unless_it_is_told_to(instance: Instance) -> None:
    render(instance)
    assert "stunaddr" not in conf(instance, "rtp.conf")
    render(replace(instance, stun="stun.example:3478"))
    assert "stunaddr = stun.example:3478" in section(conf(instance, "rtp.conf"), "general")
    with pytest.raises(ValueError, match="not allowed"):
        render(replace(instance, stun="stun.example\nrtpstart = 1"))
