"""What is wrong with a key, a certificate or an authority of this machine."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


class TlsError(PluresError):
    """TLS cannot be spoken with what there is."""

    code = "tls.unusable"


@dataclass(eq=False)
class CryptographyMissing(TlsError):
    """TLS is asked for, and the library that makes and reads certificates is not installed."""

    code = "tls.extra_missing"
    wording = Text(
        "Cannot speak TLS",
        why="the package {package} is not installed",
        fix="Install it: pip install 'plures[tls]'",
    )

    package: str


@dataclass(eq=False)
class AuthorityMissing(TlsError):
    """The folder has no authority."""

    code = "tls.authority_missing"
    wording = Text(
        "There is no authority in {folder}",
        why="it has no {file}",
        fix="Make one with `plures tls init`, or copy the folder of the authority that the other machines use.",
    )

    folder: Path
    file: str


@dataclass(eq=False)
class AuthorityExists(TlsError):
    """An authority would be made where there is one."""

    code = "tls.authority_exists"
    wording = Text(
        "There is an authority in {folder} already",
        why="a second one would be foreign to each process that has a certificate of the first",
        fix="Use it, or make a new one beside the old with --replace: both are trusted then.",
    )

    folder: Path


@dataclass(eq=False)
class AuthorityExpired(TlsError):
    """The authority itself is past its time."""

    code = "tls.authority_expired"
    wording = Text(
        "The authority in {folder} can issue nothing",
        why="it was good from {since} until {until}, and the clock here says {now}",
        fix="Correct the clock where it is wrong; else make a new authority with `plures tls init --replace`, on each machine.",
    )

    folder: Path
    since: str
    until: str
    now: str


@dataclass(eq=False)
class KeyExposed(TlsError):
    """The file of a private key can be read by other users."""

    code = "tls.key_exposed"
    wording = Text(
        "The private key {path} is not private",
        why="its mode is {mode}, so that {others} can read it",
        fix="chmod {wanted} {path} (a secret of Kubernetes: defaultMode: 0440), and make a new key where others may have read it.",
    )

    path: Path
    mode: str
    others: str
    wanted: str


@dataclass(eq=False)
class TlsFileUnusable(TlsError):
    """A file with a key or with certificates cannot be used."""

    code = "tls.file"
    wording = Text(
        "Cannot use {path} for TLS",
        why="{reason}",
        fix="Look at the file: PEM is expected, of a certificate, of its key, or of the authorities to trust.",
    )

    path: Path
    reason: str


@dataclass(eq=False)
class KeyMismatch(TlsError):
    """Certificate and key are not of one pair, for instance since only one of the two files is new yet."""

    code = "tls.key_mismatch"
    wording = Text(
        "The key {key} does not fit the certificate {certificate}",
        why="they are not of one pair",
        fix="Write both files of one issue, best by renaming a folder or a symbolic link over the old one.",
    )

    certificate: Path
    key: Path


@dataclass(eq=False)
class CertificateOutdated(TlsError):
    """The certificate of this process is not good now."""

    code = "tls.certificate_outdated"
    wording = Text(
        "The certificate {certificate} is not good now",
        why="it is good from {since} until {until}, and the clock here says {now}",
        fix="Have its authority issue it anew, or correct the clock of this machine.",
    )

    certificate: Path
    since: str
    until: str
    now: str
