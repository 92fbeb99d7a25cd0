"""Beside what an application sets up by itself: nothing of it is lost, and no line comes twice."""

import subprocess
import sys
from textwrap import dedent

import pytest

BEGIN = """
import logging, logging.config, sys
from plures.logs import InCall, LogSettings, keep_logs, set_up_logs
settings = LogSettings(level={level!r}, levels={levels!r})
set_up_logs(settings, lambda: InCall("r-1", "search", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"))
"""
END = """
keep_logs(settings, "main")
logging.getLogger("shop").info("hello")
logging.getLogger("plures.calls").error("failed")
"""


def lines_of(application: str = "", after: str = "", *, level: str | None = None, levels: object = None) -> list[str]:
    """What a program prints that sets up its log, imports an application, and logs two lines."""
    begin = BEGIN.replace("{level!r}", repr(level)).replace("{levels!r}", repr(levels or {}))
    program = begin + dedent(application) + END + dedent(after)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return (ran.stdout + ran.stderr).splitlines()


def texts(lines: list[str]) -> list[str]:
    return [line.rpartition(" ")[2] for line in lines]


def test_each_line_names_the_request() -> None:
    lines = lines_of()
    assert [line.split(" ", 1)[1] for line in lines] == [
        "INFO    main shop [r-1]: hello",
        "ERROR   main plures.calls [r-1]: failed",
    ]


FORMAT = "theirs %(request_id)s %(message)s"
THEIRS = {
    "basicConfig": f"logging.basicConfig(format={FORMAT!r}, level='INFO')",
    "addHandler": f"""
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter({FORMAT!r}))
logging.getLogger().addHandler(handler)
""",
    "dictConfig": f"""
handlers = {{'h': {{'class': 'logging.StreamHandler', 'formatter': 'f'}}}}
root = {{'handlers': ['h'], 'level': 'INFO'}}
logging.config.dictConfig({{'version': 1, 'formatters': {{'f': {{'format': {FORMAT!r}}}}}, 'handlers': handlers, 'root': root}})
""",
}


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_the_terminal_is_theirs_where_they_write_to_it(theirs: str) -> None:
    assert sorted(lines_of(theirs)) == ["theirs r-1 failed", "theirs r-1 hello"]


@pytest.mark.parametrize("plain", ["logging.warning('imported')", "logging.basicConfig(level='INFO')"])
def test_a_handler_without_a_wish_gives_way(plain: str) -> None:
    lines = [line for line in lines_of(plain) if "imported" not in line]
    assert [line.split(" ", 1)[1] for line in lines] == [
        "INFO    main shop [r-1]: hello",
        "ERROR   main plures.calls [r-1]: failed",
    ]


def test_a_handler_of_one_logger_writes_its_lines_alone() -> None:
    lines = lines_of("logging.getLogger('shop').addHandler(logging.StreamHandler())")
    assert lines[0] == "hello"
    assert texts(lines) == ["hello", "failed"]


def test_a_handler_that_is_added_later_doubles_nothing() -> None:
    lines = lines_of(
        after="logging.getLogger().addHandler(logging.StreamHandler())\nlogging.getLogger('shop').info('later')"
    )
    assert texts(lines) == ["hello", "failed", "later"]


def test_a_file_of_theirs_takes_nothing_from_the_terminal(tmp_path) -> None:
    file = tmp_path / "shop.log"
    lines = lines_of(f"logging.getLogger().addHandler(logging.FileHandler({str(file)!r}))")
    assert texts(lines) == ["hello", "failed"]
    assert file.read_text() == "hello\nfailed\n"


def test_dict_config_does_not_silence_plures() -> None:
    lines = lines_of("logging.getLogger('plures.calls')\nlogging.config.dictConfig({'version': 1})")
    assert texts(lines) == ["hello", "failed"]


def test_records_of_the_import_are_lines_too() -> None:
    assert texts(lines_of("logging.getLogger('shop').info('imported')")) == ["imported", "hello", "failed"]


def test_a_level_of_theirs_holds_unless_the_user_says_one() -> None:
    quiet = "logging.getLogger().setLevel('ERROR')"
    assert texts(lines_of(quiet)) == ["failed"]
    assert texts(lines_of(quiet, level="info")) == ["hello", "failed"]
    assert texts(lines_of(levels={"shop": "error"})) == ["failed"]


def test_extra_may_have_the_names_of_ours() -> None:
    after = "logging.getLogger('shop').info('own', extra={'request_id': 'mine', 'capability': 'c'})"
    assert lines_of(after=after)[-1].endswith("shop [mine]: own")


def test_warnings_and_threads_that_end_are_lines() -> None:
    after = """
    import threading, warnings
    warnings.warn("old", stacklevel=1)
    thread = threading.Thread(target=lambda: 1 / 0, name="worker")
    thread.start()
    thread.join()
    """
    shown = "\n".join(lines_of(after=after))
    assert "WARNING main py.warnings [r-1]: " in shown
    assert "ERROR   main plures.uncaught [r-1]: thread worker ended with an error\n    Traceback" in shown


def test_a_hook_of_theirs_is_kept() -> None:
    program = (
        BEGIN.replace("{level!r}", "None")
        .replace("{levels!r}", "{}")
        .replace(
            "settings = ", "import threading\nthreading.excepthook = hook = lambda a: print('theirs')\nsettings = "
        )
    )
    program += "t = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\n"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.stdout, ran.stderr) == ("theirs\n", "")


def test_a_reader_that_is_gone_is_no_error() -> None:
    program = "from plures.logs import *\nimport logging\nset_up_logs(LogSettings(), InCall)\n"
    program += "for _ in range(20000): logging.getLogger().error('x' * 100)\nopen(1, 'w').write('done')\n"
    command = f'{sys.executable} -c "$0" 3>&1 2>&1 1>&3 | head -1'
    del command
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stderr.readline()
    child.stderr.close()
    assert child.stdout.read() == b"done"
    child.stdout.close()
    child.wait(60)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_another_encoding_gets_every_line(encoding: str) -> None:
    program = "from plures.logs import *\nimport logging\nset_up_logs(LogSettings(), InCall)\nlogging.getLogger('root').error('\\u20ac \\udc80')"
    environment = {"PYTHONIOENCODING": encoding, "PATH": ""}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=False, timeout=60)
    assert ran.stderr.endswith(b"root: \\u20ac \\udc80\n")
