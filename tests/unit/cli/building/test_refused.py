"""What `plures build` refuses, and that it leaves nothing behind then."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

WRONG = {
    "unknown topology": (["--topology", "slit"], "", "topology.unknown", "Did you mean 'split'?"),
    "unknown process": (["--topology", "split", "wep"], "", "build.unknown_process", "Did you mean 'web'?"),
    "runs elsewhere": (["--topology", "elsewhere", "greeting"], "", "build.unknown_process", "it runs elsewhere"),
    "no way to build it": (
        ["--topology", "languages", "greeting"],
        "",
        "build.unknown_process",
        "[build.processes.greeting]",
    ),
    "no base": (["--topology", "split"], "base =", "build.base", "Write base in [build]"),
    "no lock": ([], "lock", "build.packages", "No such file"),
    "no hashes": ([], "hashes", "build.packages", "another package could take the place"),
    "no wheel for the platform": (
        ["--platform", "linux/riscv64", "--base", "oci:../other"],
        "",
        "build.base",
        "it has no image for linux/riscv64",
    ),
    "no wheel at all": ([], "wheel", "build.packages", "nowhere-kit"),
    "package that is not locked": ([], "packages", "plures.invalid_input", "never-locked"),
    "package of Plures that is not locked": ([], "tls", "plures.invalid_input", "lacks cryptography"),
    "image without its capability": ([], "files", "build.capability_missing", "kiosk.greeting.service"),
    "output is something else": (["--output", "kiosk"], "", "build.output_exists", "Name another place"),
    "project that cannot be built": ([], "project", "build.project", "kiosk"),
    "no skopeo": (["--base", "registry.example/python@sha256:" + "0" * 64], "PATH", "build.base", "there is no skopeo"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_before_anything_is_written(
    name: str, home: Path, kiosk: Path, plures: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, spoilt, code, words = WRONG[name]
    settings = kiosk / "plures.toml"
    text = settings.read_text()
    if spoilt == "base =":
        settings.write_text(text.replace('base = "oci:../base"\n', ""))
    elif spoilt == "lock":
        (kiosk / "requirements.txt").unlink()
    elif spoilt == "hashes":
        (kiosk / "requirements.txt").write_text("click==8.1\n")
    elif spoilt == "wheel":
        (kiosk / "requirements.txt").write_text(f"nowhere-kit==1.0 --hash=sha256:{'0' * 64}\n")
    elif spoilt == "packages":
        settings.write_text(text.replace("[build]\n", '[build]\npackages = ["never-locked"]\n'))
    elif spoilt == "tls":
        settings.write_text(f"{text}\n[tls]\n")
    elif spoilt == "files":
        settings.write_text(text.replace("[build]\n", '[build]\nfiles = ["kiosk/app.py"]\n'))
    elif spoilt == "project":
        (kiosk / "kiosk" / "pyproject.toml").write_text('[build-system]\nbuild-backend = "not_there"\n')
        settings.write_text(text.replace("[build]\n", '[build]\nprojects = ["kiosk"]\n'))
    elif spoilt == "PATH":
        git = shutil.which("git")
        assert git is not None
        (home / "bin").mkdir(exist_ok=True)
        (home / "bin" / "git").unlink(missing_ok=True)
        (home / "bin" / "git").symlink_to(git)
        monkeypatch.setenv("PATH", str(home / "bin"))
    shutil.copytree(home / "base", home / "other", dirs_exist_ok=True)
    result = plures("build", *arguments)
    assert result.exit_code == 2
    assert code in result.stderr
    assert words in " ".join(result.stderr.split())
    assert not (kiosk / "images").exists()
