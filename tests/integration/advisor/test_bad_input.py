"""Whatever a folder holds, the advisor says what it can and never fails without a reason."""

import json
import os
import subprocess

import pytest

from plures.advisor import (
    ReadRequest,
    Verdict,
    advice_markdown,
    advise,
    draw,
    map_markdown,
    read_codebase,
    render_html,
    to_json,
)
from plures.advisor.errors import NoPythonFound, NotAFolder, UnknownCommit


def quiet(_what, _done, _total):
    pass


def reports(survey):
    drawn, advice = draw(survey), advise(survey)
    return [render_html(drawn, advice), map_markdown(drawn), advice_markdown(advice), to_json(drawn), to_json(advice)]


def plain(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_folder_without_git_is_read_and_says_what_is_missing(tmp_path, read):
    survey = read(
        plain(
            tmp_path, {"a/__init__.py": "", "a/x.py": "import b.y\nV = 1\n", "b/__init__.py": "", "b/y.py": "W = 2\n"}
        )
    )
    assert survey.codebase.history is None
    assert any("no git history" in caveat for caveat in advise(survey).caveats)
    assert all(reports(survey))


def test_a_missing_folder_and_a_file_are_mistakes(tmp_path):
    (tmp_path / "file.py").write_text("")
    for path in (tmp_path / "none", tmp_path / "file.py"):
        with pytest.raises(NotAFolder):
            read_codebase(ReadRequest(path), quiet)


def test_a_folder_without_python_is_a_mistake(tmp_path):
    with pytest.raises(NoPythonFound):
        read_codebase(ReadRequest(plain(tmp_path, {"README.md": "x", "tests/test_a.py": "pass"})), quiet)


def test_a_repository_without_commits_counts_as_none(history, read, tmp_path):
    history.git(tmp_path, "init", "-q")
    assert read(plain(tmp_path, {"a.py": "x = 1\n"})).codebase.history is None


def test_an_unknown_commit_is_a_mistake_and_no_option_of_git(history, tmp_path):
    history.commit(0, "one", {"a.py": "x = 1\n"})
    folder = history.write(tmp_path)
    for commit in ("nonsense", "--help", "deadbeef" * 5, ""):
        with pytest.raises(UnknownCommit):
            read_codebase(ReadRequest(folder, commit), quiet)


def test_broken_and_binary_files_and_conflicts_are_listed_and_read_as_far_as_possible(tmp_path, read):
    survey = read(
        plain(
            tmp_path,
            {
                "a/__init__.py": "",
                "a/ok.py": "x = 1\n" * 60,
                "a/broken.py": "from a import ok\ndef f(:\n" + "y = 1\n" * 60,
                "a/conflict.py": "<<<<<<< HEAD\nfrom a import ok\n=======\nfrom a import broken\n>>>>>>> branch\n"
                + "y = 1\n" * 60,
                "a/binary.py": b"\0\1\2\xff" * 100,
                "a/old.py": "import ok\nprint 'two'\n" + "y = 1\n" * 60,
            },
        )
    )
    problems = {p.path: p.reason for p in draw(survey).problems}
    assert problems["a/broken.py"].startswith("syntax error")
    assert problems["a/conflict.py"] == "merge-conflict markers"
    assert problems["a/binary.py"] == "binary content"
    assert {(edge.source, edge.target) for edge in survey.codebase.imports} == {
        ("a/broken.py", "a/ok.py"),
        ("a/conflict.py", "a/ok.py"),
        ("a/conflict.py", "a/broken.py"),
        ("a/old.py", "a/ok.py"),
    }
    assert all(reports(survey))


def test_one_commit_tells_nothing_and_that_is_said(history, read, tmp_path):
    history.commit(
        0, "one", {"a/__init__.py": "", "a/x.py": history.module(), "b/__init__.py": "", "b/y.py": history.module()}
    )
    survey = read(history.write(tmp_path))
    assert any("history tells nothing" in note for note in draw(survey).notes)
    assert {f.verdict for f in advise(survey).findings} == {Verdict.LEAVE_ALONE}


def test_a_commit_of_millions_of_lines_and_one_of_thousands_of_files(history, read, tmp_path):
    history.commit(0, "one", {"a/__init__.py": "", "a/x.py": history.module(), "a/data.py": "1\n" * 3_000_000})
    history.commit(1, "one", {f"vendored/f{i}.py": f"x = {i}\n" for i in range(5_000)})
    history.commit(2, "one", {f"vendored/f{i}.py": None for i in range(5_000)})
    history.commit(3, "one", {"a/x.py": history.module(mark=2)})
    survey = read(history.write(tmp_path))
    assert [c.size for c in survey.codebase.history.commits] == [1, 5_000, 5_000, 3]
    assert survey.codebase.tree.skipped["a/data.py"] == "larger than 2 MiB"
    assert all(len(report) < 2_000_000 for report in reports(survey))


def test_a_shallow_clone_says_so(history, read, tmp_path):
    for day in range(6):
        history.commit(day, "one", {"a.py": history.module(mark=day), "b.py": history.module(mark=-day)})
    (tmp_path / "full").mkdir()
    history.write(tmp_path / "full")
    history.git(tmp_path, "clone", "-q", "--depth", "2", f"file://{tmp_path}/full", "shallow")
    survey = read(tmp_path / "shallow")
    assert len(survey.codebase.history.commits) == 2
    assert any("shallow clone with 2 commits" in note for note in draw(survey).notes)


def test_a_bare_repository_and_an_old_commit_can_be_read(history, read, tmp_path):
    history.commit(0, "one", {"a/__init__.py": "", "a/x.py": history.module()})
    history.commit(1, "one", {"a/x.py": None, "a/y.py": history.module()})
    (tmp_path / "full").mkdir()
    history.write(tmp_path / "full")
    history.git(tmp_path, "clone", "-q", "--bare", f"file://{tmp_path}/full", "bare.git")
    assert "a/y.py" in read(tmp_path / "bare.git").codebase.production
    assert "a/x.py" in read(tmp_path / "bare.git", commit="HEAD~1").codebase.production
    assert read(tmp_path / "bare.git").codebase.name == "bare"


def test_a_folder_inside_a_repository_is_read_with_its_own_history(history, read, tmp_path):
    history.commit(0, "one", {"one/a.py": history.module(), "two/b.py": history.module()})
    history.commit(1, "one", {"two/b.py": history.module(mark=1)})
    history.write(tmp_path)
    survey = read(tmp_path / "one")
    assert [commit.size for commit in survey.codebase.history.commits] == [1]
    assert survey.codebase.production == {"a.py"}
    assert survey.file_commits["a.py"] == (1, 1)


def test_names_and_messages_that_are_no_utf_8(history, read, tmp_path):
    history.commit(
        0, "one", {"a/x.py": history.module(), os.fsdecode(b"a/caf\xe9.py"): history.module()}, b"caf\xe9 \x01\x02 \xff"
    )
    history.commit(1, "one", {"a/x.py": history.module(mark=1), "a/tab\there.py": "x = 1\n"}, "a\x02b\nc")
    survey = read(history.write(tmp_path))
    assert len(survey.codebase.history.commits) == 2
    for report in reports(survey):
        report.encode()


@pytest.mark.parametrize("options", [{}, {"commit": "HEAD"}])
def test_names_that_would_act_on_a_terminal_or_read_alike_are_listed_and_not_shown(read, history, tmp_path, options):
    files = {"a/x.py": history.module(), os.fsdecode(b"a/caf\xe8.py"): history.module()}
    odd = {
        os.fsdecode(b"a/caf\xe9.py"): history.module(),
        "a\x1b[31m/x.py": history.module(),
        "a/\u202ey.py": history.module(),
    }
    history.commit(0, "one", files | odd)
    codebase = read(history.write(tmp_path), **options).codebase
    assert codebase.production == {"a/x.py", "a/caf\ufffd.py"}
    assert codebase.tree.skipped == {
        "'a/caf\\udce9.py'": "its name reads like that of another file, a/caf\ufffd.py",
        "'a\\x1b[31m/x.py'": "its name is not printable text",
        "'a/\\u202ey.py'": "its name is not printable text",
    }


def test_a_link_at_a_commit_is_listed(read, history, tmp_path):
    history.commit(0, "one", {"a.py": history.module()})
    folder = history.write(tmp_path)
    (folder / "link.py").symlink_to("/etc/hostname")
    history.git(folder, "add", "link.py")
    history.git(folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "link")
    for options in ({}, {"commit": "HEAD"}):
        assert read(folder, **options).codebase.tree.skipped == {"link.py": "a link"}


EVIL = "<script>\"'&<img src=x>"


def test_what_a_repository_and_its_definitions_contain_cannot_become_markup(history, read, tmp_path):
    evil, lines = f"a/{EVIL}.py".replace("src=x>", "src=x)"), "X = 1\n" * 60
    # A word: a line with one that is no owner is skipped.
    owner = f"@{EVIL}".replace(" ", "/")
    sql = (
        'import b.y\nQ = """SELECT x FROM "t<script>" """\nclass Model(db.Model):\n    __tablename__ = "<script>t"\n'
        + lines
    )
    files = {evil: sql, "b/__init__.py": "", "b/y.py": sql, "CODEOWNERS": f"* {owner}\n"}
    history.commit(0, f"eve {EVIL.replace('<', '(').replace('>', ')')}", files, EVIL)
    for day in range(1, 30):
        author = ('ana"&lt;', "ben'&lt;")[day % 2]
        history.commit(day, author, {evil: f"{sql}MARK = {day}\n", "b/y.py": f"{sql}MARK = {day}\n"}, EVIL)
    (tmp_path / "repo").mkdir()
    folder = history.write(tmp_path / "repo")
    history.git(folder, "remote", "add", "origin", "javascript:alert(1)//github.com/a/b")
    name, red, blue = (json.dumps(f"{name}{EVIL}") for name in ("part", "red", "blue"))
    definitions = tmp_path / "d.toml"
    definitions.write_text(f'[components]\n{name} = ["b"]\n[teams]\n{red} = ["ana*"]\n{blue} = ["ben*"]\n')
    html, *_ = reports(read(folder, definitions=definitions))
    assert html.count("<script>") == html.count("</script>") == 1
    assert "<img" not in html
    assert "javascript:" not in html
    for shown in ("part&lt;script&gt;", "red&lt;script&gt;", "@&lt;script&gt;", "&lt;script&gt;t", "a/&lt;script&gt;"):
        assert shown in html


def test_a_repository_cannot_make_git_run_anything(history, read, tmp_path):
    history.commit(0, "one", {"a.py": history.module(), ".gitattributes": "*.py diff=evil\n"})
    folder = history.write(tmp_path)
    trap = tmp_path / "sprung"
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.sshCommand",
    ):
        history.git(folder, "config", key, f"touch {trap}")
    read(folder)
    read(folder, commit="HEAD")
    assert not trap.exists()


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    (tmp_path / "outside.py").write_text("secret = 1\n")
    folder = plain(tmp_path / "in", {"a.py": "x = 1\n"})
    (folder / "link.py").symlink_to(tmp_path / "outside.py")
    (folder / "loop").symlink_to(folder)
    codebase = read_codebase(ReadRequest(folder), quiet)
    assert codebase.production == {"a.py"}
    assert codebase.tree.skipped["link.py"] == "a link"


def test_an_ignored_revision_counts_as_formatting(history, read, tmp_path):
    history.commit(0, "one", {"a.py": history.module(), "b.py": history.module()})
    history.commit(1, "one", {"a.py": history.module(mark=1), "b.py": history.module(mark=1)})
    folder = history.write(tmp_path)
    sha = history.git(folder, "rev-parse", "HEAD")
    (folder / ".git-blame-ignore-revs").write_text(f"# black\n{sha}\n")
    assert [c.formatting for c in read(folder).codebase.history.commits] == [True, False]


def test_without_git_on_the_path_code_is_still_read(history, read, tmp_path, monkeypatch):
    history.commit(0, "one", {"a.py": history.module()})
    folder = history.write(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert read(folder).codebase.history is None


def test_a_history_that_lost_objects_is_read_where_it_can(history, read, tmp_path):
    for day in range(3):
        history.commit(day, "one", {"a.py": history.module(mark=day), "b.py": history.module()})
    folder = history.write(tmp_path)
    subprocess.run(["git", "-C", str(folder), "repack", "-q", "-a", "-d"], check=True)
    with subprocess.Popen(["git", "-C", str(folder), "unpack-objects", "-q"], stdin=subprocess.PIPE) as process:
        packs = list((folder / ".git/objects/pack").glob("*.pack"))
        content = packs[0].read_bytes()
        for file in (folder / ".git/objects/pack").iterdir():
            file.chmod(0o600)
            file.unlink()
        process.communicate(content)
    tree = history.git(folder, "rev-parse", "HEAD~2^{tree}")
    (folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    survey = read(folder)
    assert survey.codebase.history is None
    assert any("could not be read" in note for note in survey.codebase.notes)
