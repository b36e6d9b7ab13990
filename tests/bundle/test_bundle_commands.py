"""Sealing and checking by the command line: exit codes, keys and their passwords, what is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import run
from sealed_sample import DAY, PASSWORD, Files


def test_verify_ends_with_0_1_or_2(files: Files, tmp_path: Path) -> None:
    assert run("verify", files["bundle"], "--key", files["key"])[0] == 0
    (tmp_path / "x.zip").write_bytes(files["bundle"].read_bytes()[:-1])
    code, told = run("verify", tmp_path / "x.zip", "--json")
    assert code == 1
    assert json.loads(told)["faults"][0]["kind"] == "not_a_bundle"
    assert run("verify", tmp_path / "none.zip")[0] == 2
    assert run("verify", files["bundle"], "--key", "nonsense")[0] == 2


def test_the_checkers_can_be_had_without_a_bundle(files: Files, tmp_path: Path) -> None:
    assert run("verify")[0] == 2
    assert run("verify", "--checkers", tmp_path / "out")[0] == 0
    for name in ("verify.py", "verify.html"):
        assert (tmp_path / "out" / name).read_bytes() == (files["folder"] / name).read_bytes()


def test_a_key_is_made_once_kept_private_and_opens_with_its_password(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n", "utf-8")
    code, told = run("key", tmp_path / "a.key", "--password-file", tmp_path / "password", "--json")
    assert code == 0
    assert json.loads(told)["key"] == (tmp_path / "a.key.pub").read_text("ascii").split("\n")[1]
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0
    assert run("key", tmp_path / "a.key", "--password-file", tmp_path / "password")[0] == 2
    (tmp_path / "short").write_text("short", "utf-8")
    assert run("key", tmp_path / "b.key", "--password-file", tmp_path / "short")[0] == 2
    assert run("key", tmp_path / "b.key")[0] == 2, "without a terminal nothing is asked"


def test_sealing_asks_who_signs_and_never_overwrites(files: Files, tmp_path: Path) -> None:
    assert run("seal", files["study"], "--to", tmp_path / "x.zip")[0] == 2
    assert run("seal", files["study"], "--to", files["bundle"], "--unsigned")[0] == 2
    (tmp_path / "wrong").write_text("not the password", "utf-8")
    key = files["key"].with_suffix("")
    assert (
        run("seal", files["study"], "--to", tmp_path / "x.zip", "--key", key, "--password-file", tmp_path / "wrong")[0]
        == 2
    )
    code, told = run("seal", files["study"], "--to", tmp_path / "x.zip", "--unsigned", "--date", DAY, "--json")
    assert code == 0, told
    assert json.loads(told[told.index("{") :])["names"] == "constructed"
    assert list(tmp_path.glob("*.part")) == []
