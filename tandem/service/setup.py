"""What must be there before the service runs: an Asterisk, music, prompts; and how the configuration describes them."""

import asyncio
from collections.abc import Callable, Iterable

from tandem.control.commands import Utterance
from tandem.service.config import Config, check_home
from tandem.service.credentials import Credentials
from tandem.telephony.asterisk.ami_terms import AmiLogin
from tandem.telephony.asterisk.spool import Spool
from tandem.telephony.asterisk.switch import SwitchSettings
from tandem.telephony.provision.install import AsteriskInstall, find_or_get
from tandem.telephony.provision.music import write_music
from tandem.telephony.provision.render import TONE, VOICEMAIL, Instance, Phone
from tandem.telephony.speech.espeak import Espeak
from tandem.telephony.speech.library import PromptLibrary


def set_up(config: Config, utterances: Iterable[Utterance], say: Callable[[str], None]) -> AsteriskInstall:
    """Get what is missing: Asterisk, music, and the prompts for `utterances`. `say` is told of every step.

    Raises ConfigError, AsteriskMissingError or SpeechFailedError, whose messages say what to do.
    """
    check_home(config)
    install = find_or_get(config.asterisk_root, config.home, say)
    write_music(install.shared / "music")
    library = prompt_library(config, install)
    asyncio.run(library.render_all(utterances, _by_tens(say)))
    say(f"set up: Asterisk is {install.root or install.binary}, the prompts are ready")
    return install


def prompt_library(config: Config, install: AsteriskInstall) -> PromptLibrary:
    """The prompts of this installation, where its Asterisk can read them."""
    return PromptLibrary(config.recordings, install.shared / "prompts", Espeak(), install.inside)


def asterisk_instance(
    config: Config,
    install: AsteriskInstall,
    credentials: Credentials,
    agents: Iterable[str],
    callers: Iterable[str],
    lines: Iterable[str],
    apology: Iterable[str] = (),
    witness: bool = False,
    browsers: Iterable[str] = (),
) -> Instance:
    """The Asterisk that `config` describes. `agents`, `browsers` (agents' phones there) and `callers` are SIP accounts,
    `lines` the hotline's numbers, `apology` prompts (paths from PromptLibrary) for callers no controller takes;
    `witness` is for tests.
    """
    phones = [Phone(name, credentials.phones[name], "agent") for name in agents]
    phones += [Phone(name, credentials.phones[name], "browser") for name in browsers]
    phones += [Phone(name, credentials.phones[name], "customer") for name in callers]
    return Instance(
        install=install,
        name=config.instance,
        host=str(config.host),
        sip_port=config.port("sip_port"),
        ami_port=config.port("ami_port"),
        http_port=config.port("asterisk_http_port"),
        rtp_first=config.port("rtp_first"),
        rtp_last=config.port("rtp_last"),
        ami_secret=credentials.ami,
        witness_secret=credentials.witness if witness else None,
        phones=tuple(phones),
        lines=tuple(lines),
        trunks=tuple(str(network) for network in config.trunks),
        trunk_contact=config.trunk_contact,
        records=config.record_talks,
        stun=config.asterisk_stun,
        apology=tuple(apology),
        extra=config.asterisk_extra,
    )


def spool(config: Config, install: AsteriskInstall) -> Spool:
    """Where voicemails and recordings of talks are."""
    folder = install.shared / config.instance
    voicemail = folder / VOICEMAIL
    return Spool(voicemail, install.inside(voicemail), install.inside(folder / TONE).removesuffix(".wav"))


def switch_settings(config: Config, credentials: Credentials, recordings: Spool) -> SwitchSettings:
    """How the controller reaches that Asterisk, and is reached by it."""
    login = AmiLogin("127.0.0.1", config.port("ami_port"), "tandem", credentials.ami)
    return SwitchSettings(login, agi_port=config.port("agi_port"), agi_key=credentials.agi_key, spool=recordings)


def _by_tens(say: Callable[[str], None]) -> Callable[[int, int], None]:
    def progress(done: int, of_all: int) -> None:
        if done % 10 == 0 or done == of_all:
            say(f"  prompts: {done} of {of_all}")

    return progress
