"""A certificate is renewed while its process runs, whatever clock, disk and other programs do."""

import errno
import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from plures.tls import Identity, TlsError
from plures.tls.authority import CERTIFICATE, KEY, load_authority, make_authority
from plures.tls.contexts import Pair
from plures.tls.sources import FileSource, OwnSource
from tests.certificates import DAY, NOW, authority, pair, written

HOUR = timedelta(hours=1)


@dataclass
class Clock:
    """The clock of the machine, which may jump."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Full:
    """A source on a full disk, for a while."""

    inner: OwnSource
    is_full: bool = False
    tries: list[datetime] = field(default_factory=list)

    def read(self, now: datetime, current: Pair | None = None) -> Pair:
        self.tries.append(now)
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.inner.read(now, current)

    def is_due(self, pair: Pair, now: datetime) -> bool:
        return self.inner.is_due(pair, now)


@pytest.fixture
def own(tmp_path: Path) -> OwnSource:
    authority(tmp_path / "tls")
    return OwnSource(tmp_path / "tls", "spiffe://shop/main", ("localhost",), DAY)


def opened(source: OwnSource | FileSource | Full, clock: Clock) -> Identity:
    return Identity(source, "spiffe://shop/main", {}, now=clock)


def test_it_is_renewed_at_half_of_its_life(own: OwnSource) -> None:
    clock = Clock()
    identity = opened(own, clock)
    before = identity.contexts
    clock.now += 11 * HOUR
    identity.look()
    assert identity.contexts is before
    clock.now += 2 * HOUR
    identity.look()
    assert identity.contexts is not before
    assert abs(identity.until - (clock.now + DAY)) < timedelta(seconds=2)


@pytest.mark.parametrize("jump", [30 * DAY, 400 * DAY, -2 * HOUR])
def test_a_clock_that_jumps_gets_a_new_one_at_the_next_look(tmp_path: Path, jump: timedelta) -> None:
    authority(tmp_path, now=NOW - 30 * DAY)
    clock = Clock()
    identity = opened(OwnSource(tmp_path, "spiffe://shop/main", (), DAY), clock)
    clock.now += jump
    identity.look()
    assert clock.now < identity.until <= clock.now + DAY


def test_a_clock_before_the_authority_is_told_once_and_survived(
    own: OwnSource, caplog: pytest.LogCaptureFixture
) -> None:
    clock, source = Clock(), Full(own)
    identity = opened(source, clock)
    clock.now -= 365 * DAY
    for _ in range(5):
        identity.look()
    assert len(source.tries) == 2
    [record] = caplog.records
    assert "can issue nothing" in record.message
    assert "the clock here says" in record.message
    clock.now = NOW
    identity.look()
    assert identity.until > NOW


def test_a_full_disk_leaves_the_old_one_and_is_tried_again(
    own: OwnSource, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, source = Clock(), Full(own)
    identity = opened(source, clock)
    before, ends = identity.contexts, identity.until
    clock.now += 13 * HOUR
    source.is_full = True
    identity.look()
    assert (identity.contexts, identity.until) == (before, ends)
    assert "No space left on device" in caplog.text
    assert "is good until" in caplog.text
    source.is_full = False
    identity.look()
    assert identity.contexts is before, "it waits before the next try"
    monkeypatch.setattr("plures.tls.identity.monotonic", lambda: float("inf"))
    identity.look()
    assert identity.contexts is not before


def test_an_authority_that_is_replaced_is_noticed(own: OwnSource) -> None:
    identity = opened(own, Clock())
    before = identity.contexts
    ends = identity.until
    make_authority(own.folder, "shop", NOW, replace=True)
    identity.look()
    assert identity.contexts is not before
    assert len(identity.contexts.client.get_ca_certs()) == 2
    assert identity.until == ends, "those that do not trust the new one yet must take its certificate still"


def test_links_that_are_turned_over_are_followed(tmp_path: Path) -> None:
    """As the kubelet writes a secret: names → ..data → a folder of this moment."""
    issuer = authority(tmp_path / "tls")
    written(pair(issuer, "main"), tmp_path / "1")
    written(pair(issuer, "main"), tmp_path / "2")
    (tmp_path / "..data").symlink_to("1")
    files = [tmp_path / name for name in ("tls.crt", "tls.key", "ca.crt")]
    for file in files:
        file.symlink_to(Path("..data", file.name))
    identity = opened(FileSource(*files), Clock())
    before = identity.contexts
    identity.look()
    assert identity.contexts is before
    (tmp_path / "..new").symlink_to("2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    identity.look()
    assert identity.contexts is not before


def half(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    files[0].write_bytes(new.certificate)


def cut_off(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    files[0].write_bytes(new.certificate[:100])


def empty(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    files[2].write_bytes(b"")


def ended(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    written(pair(load_authority(tmp_path / "tls"), "main", NOW - 2 * DAY), tmp_path)


def not_begun(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    written(pair(load_authority(tmp_path / "tls"), "main", NOW + 2 * DAY), tmp_path)


def exposed(files: tuple[Path, Path, Path], new: Pair, tmp_path: Path) -> None:
    written(new, tmp_path)
    files[1].chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (half, "does not fit the certificate"),
        (cut_off, "holds no certificate that can be read"),
        (empty, "holds no certificate that can be read"),
        (ended, "is not good now"),
        (not_begun, "is not good now"),
        (exposed, "is not private"),
    ],
)
def test_files_that_are_no_good_pair_are_not_taken(
    tmp_path: Path,
    spoil: Callable[[tuple[Path, Path, Path], Pair, Path], None],
    said: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = authority(tmp_path / "tls", now=NOW - 30 * DAY)
    old, new = pair(issuer, "main"), pair(issuer, "main")
    files = written(old, tmp_path)
    identity = opened(FileSource(*files), Clock())
    before = identity.contexts
    spoil(files, new, tmp_path)
    for _ in range(3):
        identity.look()
    assert identity.contexts is before
    [record] = caplog.records
    assert said in record.message
    assert "BEGIN" not in record.message
    monkeypatch.setattr("plures.tls.identity.monotonic", lambda: float("inf"))
    written(new, tmp_path)
    files[1].chmod(0o600)
    identity.look()
    assert identity.contexts is not before
    # What cannot be taken while it runs does not let a process start either.
    spoil(files, old, tmp_path)
    with pytest.raises(TlsError, match=said):
        opened(FileSource(*files), Clock())


def test_files_that_nothing_renews_are_told_of_when_their_time_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    identity = opened(FileSource(*written(pair(authority(tmp_path / "tls"), "main"), tmp_path)), clock)
    (tmp_path / "tls.crt").unlink()
    clock.now += 2 * DAY
    identity.look()
    identity.look()
    [record] = caplog.records
    assert "nothing has renewed the certificate of spiffe://shop/main" in record.message


def test_the_key_of_the_authority_is_private_and_fits(tmp_path: Path) -> None:
    authority(tmp_path / "tls")
    key = tmp_path / "tls" / KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o640)
    with pytest.raises(TlsError, match="is not private"):
        load_authority(tmp_path / "tls")
    authority(tmp_path / "other")
    (tmp_path / "other" / KEY).replace(key)
    with pytest.raises(TlsError, match="does not fit"):
        load_authority(tmp_path / "tls")


def test_an_authority_is_not_made_twice_and_can_be_replaced_when_it_has_ended(tmp_path: Path) -> None:
    authority(tmp_path, now=NOW - 5000 * DAY)
    with pytest.raises(TlsError, match="already"):
        authority(tmp_path)
    with pytest.raises(TlsError, match="can issue nothing"):
        pair(load_authority(tmp_path), "main")
    make_authority(tmp_path, "shop", NOW, replace=True)
    assert (tmp_path / CERTIFICATE).read_text().count("BEGIN") == 1, "what has ended is no longer trusted"
    pair(load_authority(tmp_path), "main")
    with pytest.raises(TlsError, match="There is no authority"):
        load_authority(tmp_path / "none")


@pytest.fixture(autouse=True)
def _all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="plures.tls")
