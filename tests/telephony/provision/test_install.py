"""Which Asterisk is taken, and how one is got. The programs are stand-ins on a PATH of the test's own."""

import os
from pathlib import Path

import pytest

from tandem.telephony.provision.install import STORED_MIRROR, AsteriskMissingError, find, find_or_get

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may chroot")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    add_program(folder, "apt-cache", "echo '  Candidate: (none)'")
    add_program(folder, "asterisk", "echo Asterisk 16.2.1")
    return folder


def add_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def make_root(root: Path) -> None:
    for name in ("usr/sbin/asterisk", "usr/lib/some-cpu/asterisk/modules/x.so", "usr/share/asterisk/x"):
        (root / name).parent.mkdir(parents=True)
        (root / name).touch()
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text("root:x:0:0:::\nasterisk:x:101:103:::\n")


@as_root
def test_the_root_is_taken_when_the_systems_asterisk_is_too_old(programs: Path, tmp_path: Path) -> None:
    make_root(tmp_path / "root")
    install = find(tmp_path / "root", tmp_path / "home")
    assert install.root == tmp_path / "root"
    assert install.modules == "/usr/lib/some-cpu/asterisk/modules"
    assert install.owner() == (101, 103)
    assert install.command("-V") == ["chroot", str(tmp_path / "root"), "/usr/sbin/asterisk", "-V"]


@as_root
def test_a_path_in_the_root_is_told_as_asterisk_sees_it(programs: Path, tmp_path: Path) -> None:
    make_root(tmp_path / "root")
    install = find(tmp_path / "root", tmp_path / "home")
    assert install.inside(install.shared / "prompts/x") == "/srv/tandem/prompts/x"
    with pytest.raises(ValueError, match="not in the subpath"):
        install.inside(tmp_path / "home")


def test_without_any_asterisk_one_is_told_to_run_setup(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(AsteriskMissingError, match="run make setup"):
        find(tmp_path / "root", tmp_path / "home")


@as_root
def test_a_root_is_built_at_the_second_try_when_the_mirror_is_a_stored_copy(programs: Path, tmp_path: Path) -> None:
    make_root(tmp_path / "pattern")
    add_program(
        programs,
        "mmdebstrap",
        f'case "$*" in *"{STORED_MIRROR}"*) ;; *) echo E: Release file expired; exit 25;; esac\n'
        f'for folder; do :; done; cp -a {tmp_path}/pattern "$folder"',
    )
    said: list[str] = []
    install = find_or_get(tmp_path / "root", tmp_path / "home", said.append)
    assert install.root == tmp_path / "root"
    assert "localhost" in (tmp_path / "root/etc/hosts").read_text()
    assert "  E: Release file expired" in said
    said.clear()
    assert find_or_get(tmp_path / "root", tmp_path / "home", said.append) == install
    assert said == []


@as_root
def test_a_build_that_fails_twice_says_why_and_leaves_no_root(programs: Path, tmp_path: Path) -> None:
    add_program(programs, "mmdebstrap", "echo E: no network; exit 25")
    with pytest.raises(AsteriskMissingError, match="mmdebstrap failed: E: no network"):
        find_or_get(tmp_path / "root", tmp_path / "home", lambda _: None)
    assert not (tmp_path / "root").exists()


@as_root
def test_a_package_that_is_offered_is_preferred_to_a_root(programs: Path, tmp_path: Path) -> None:
    add_program(programs, "apt-cache", "echo '  Candidate: 1:20.6.0~dfsg'")
    add_program(programs, "apt-get", 'echo E: stand-in, asked to "$@"; exit 100')
    with pytest.raises(AsteriskMissingError, match="asked to install -y asterisk"):
        find_or_get(tmp_path / "root", tmp_path / "home", lambda _: None)
