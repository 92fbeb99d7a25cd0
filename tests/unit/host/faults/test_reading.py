"""What `--fault` says: what is understood, and everything that is refused, all at once."""

import pytest
from lab import app

from plures.application import assemble
from plures.errors import Violation
from plures.host import Fault, read_faults
from plures.host.faults import FaultKind

CONTRACTS = assemble(app).operation_names


def read(*texts: str, here: tuple[str, ...] = tuple(CONTRACTS)) -> tuple[tuple[Fault, ...], list[Violation]]:
    return read_faults(texts, CONTRACTS, here)


def test_kinds_targets_and_units() -> None:
    faults, wrong = read(
        "echo=latency:200ms,error:5%", " trouble.fail = hang : 0.5% , unavailable:100% ", "relay=latency:0.2s .. 1s"
    )
    assert wrong == []
    assert faults == (
        Fault("echo", "", FaultKind.LATENCY, "latency:200ms", 1.0, 0.2, 0.2),
        Fault("echo", "", FaultKind.ERROR, "error:5%", 0.05),
        Fault("trouble", "fail", FaultKind.HANG, "hang : 0.5%", 0.005),
        Fault("trouble", "fail", FaultKind.UNAVAILABLE, "unavailable:100%", 1.0),
        Fault("relay", "", FaultKind.LATENCY, "latency:0.2s .. 1s", 1.0, 0.2, 1.0),
    )
    assert [str(fault) for fault in faults[:3]] == [
        "echo=latency:200ms", "echo=error:5%", "trouble.fail=hang : 0.5%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "what", "fix"),
    [
        ("echo", "faults.form", "'echo' is not a fault", "Write TARGET=KIND:HOW, such as"),
        ("", "faults.form", "'' is not a fault", "Write TARGET"),
        ("=error:5%", "faults.form", "'=error:5%' is not a fault", "Write TARGET"),
        ("echo=", "faults.form", "'' is not a fault", "Write TARGET"),
        ("echo=error", "faults.form", "'error' is not a fault", "Write TARGET"),
        ("echo=error:5%,", "faults.form", "'' is not a fault", "Write TARGET"),
        ("ehco=error:5%", "faults.capability", "the application has no capability 'ehco'", "Did you mean 'echo'?"),
        ("zzz=error:5%", "faults.capability", "the application has no capability 'zzz'", "Write one of relay, echo"),
        ("echo.numbr=error:5%", "faults.operation", "'echo' has no operation 'numbr'", "Did you mean 'number'?"),
        ("echo.a.b=error:5%", "faults.operation", "'echo' has no operation 'a.b'", "Write one of everything"),
        ("echo=eror:5%", "faults.kind", "'eror' is not a kind of fault", "Did you mean 'error'?"),
        ("echo=Latency:5ms", "faults.kind", "'Latency' is not a kind of fault", "Did you mean 'latency'?"),
        ("echo=x:5%", "faults.kind", "'x' is not a kind of fault", "latency, error, hang, unavailable"),
        ("echo=error:5", "faults.share", "'5' is not a share", "such as 5%"),
        ("echo=error:0.05", "faults.share", "'0.05' is not a share", "such as 5%"),
        ("echo=error:", "faults.share", "'' is not a share", "such as 5%"),
        ("echo=error:101%", "faults.share", "'101%' is not a share", "from 0 to 100"),
        ("echo=error:-1%", "faults.share", "'-1%' is not a share", "from 0 to 100"),
        ("echo=error:nan%", "faults.share", "'nan%' is not a share", "from 0 to 100"),
        ("echo=error:\u0665%", "faults.share", "'\u0665%' is not a share", "from 0 to 100"),
        ("echo=hang:1s", "faults.share", "'1s' is not a share", "such as 5%"),
        ("echo=latency:200", "faults.duration", "'200' is not a time", "ms or s"),
        ("echo=latency:5%", "faults.duration", "'5%' is not a time", "ms or s"),
        ("echo=latency:-5ms", "faults.duration", "'-5ms' is not a time", "ms or s"),
        ("echo=latency:3601s", "faults.duration", "'3601s' is not a time up to an hour", "ms or s"),
        ("echo=latency:1ms..", "faults.duration", "'1ms..' is not a time", "a range of two"),
        ("echo=latency:1ms..2ms..3ms", "faults.duration", "'1ms..2ms..3ms' is not a time", "a range of two"),
        ("echo=latency:200..400ms", "faults.duration", "'200..400ms' is not a time", "a range of two"),
        ("echo=latency:400ms..200ms", "faults.range", "'400ms..200ms' ends before", "the shorter time first"),
        ("echo=error:5%,error:6%", "faults.twice", "echo has error already", "Keep one"),
        ("echo=error:60%,hang:50%", "faults.sum", "error and hang of echo come to 110 %", "100 % together"),
    ],
)
def test_each_mistake_is_named(text: str, code: str, what: str, fix: str) -> None:
    _, (wrong,) = read(text)
    assert wrong.code == code
    assert what in wrong.what
    assert fix in wrong.fix
    assert wrong.where == ("--fault" if code == "faults.sum" else f"--fault {text}")


def test_all_that_is_wrong_is_said_at_once() -> None:
    _, wrong = read("ehco=eror:5%,latency:5", "trouble.fial=error:5", "echo=error:1%", "echo=error:2%")
    assert [each.code.removeprefix("faults.") for each in wrong] == [
        "capability", "kind", "duration", "operation", "share", "twice",
    ]  # fmt: skip


def test_what_runs_elsewhere_cannot_go_wrong_here() -> None:
    _, (wrong,) = read("echo=error:5%,unavailable:5%", here=("trouble",))
    assert wrong.code == "faults.elsewhere"


@pytest.mark.parametrize(
    ("texts", "percent"),
    [
        (("echo=error:60%", "echo.number=hang:60%"), 120),
        (("echo=error:60%,hang:40%", "echo.number=hang:60%"), 120),
        (("echo=error:60%,hang:40%", "echo.number=hang:60%,error:40%"), None),
        (("echo=error:33.3%,hang:66.7%",), None),
        (("echo=error:100%,unavailable:100%",), None),
    ],
)
def test_of_errors_and_hangs_an_operation_has_all_calls_at_most(texts: tuple[str, ...], percent: int | None) -> None:
    _, wrong = read(*texts)
    assert [each.what for each in wrong] == (
        [] if percent is None else [f"error and hang of echo.number come to {percent} % of its calls"]
    )
