"""CODEOWNERS, pattern by pattern, as the documentation of GitHub and of GitLab says."""

import pytest

from plures.git import PLACES, Codeowners

GITHUB, ROOT, DOCS, GITLAB = PLACES


def decides(pattern: str, path: str, place: str) -> bool:
    return Codeowners(f"{pattern} @team\n", place).owners_of(path) == ("@team",)


@pytest.mark.parametrize(
    ("pattern", "path", "github", "gitlab"),
    [
        ("*", "a/b.py", True, True),
        ("*.js", "a/b.js", True, True),
        ("/*.js", "a/b.js", False, False),
        # A slash within a pattern anchors it at GitHub, as in git; GitLab looks for it everywhere.
        ("docs/api.md", "docs/api.md", True, True),
        ("docs/api.md", "a/docs/api.md", False, True),
        ("/docs/api.md", "a/docs/api.md", False, False),
        # What lies in a folder, and no deeper.
        ("docs/*", "docs/start.md", True, True),
        ("docs/*", "docs/build/start.md", False, False),
        ("docs/*", "a/docs/start.md", False, True),
        ("docs/**", "docs/build/start.md", True, False),
        ("/docs/**/*.md", "docs/build/deep/start.md", True, True),
        ("/docs/**/*.md", "docs/start.md", True, True),
        ("**/logs", "a/b/logs/x.log", True, False),
        ("**/logs", "a/b/logs", True, True),
        # A folder means all that is in it; GitLab wants the slash.
        ("apps/", "apps/a/b.py", True, True),
        ("apps/", "x/apps/b.py", True, True),
        ("apps/", "apps", False, False),
        ("/apps/", "x/apps/b.py", False, False),
        ("/apps", "apps/a/b.py", True, False),
        ("apps", "x/apps", True, True),
        ("/apps/*/", "apps/a/b.py", True, True),
        ("/apps/*/", "apps/b.py", False, False),
        # Alone, a slash names nothing in git. GitLab takes it as the folder of all.
        ("/", "a/b.py", False, True),
        ("docs/*.md", "docs/a.md", True, True),
        ("docs/*.md", "docs/b/a.md", False, False),
        ("foo**bar.py", "foo/x/bar.py", False, False),
        ("foo**bar.py", "foo_bar.py", True, True),
        ("a?.py", "ab.py", True, True),
        ("a?b.py", "a/b.py", False, False),
        ("a.py", "abpy", False, False),
        (r"a\ b/", "a b/c.py", True, True),
        (r"a\ b/", "a", False, False),
        (r"a\*.py", "a*.py", True, True),
        (r"a\*.py", "ab.py", False, False),
        # Neither host knows ranges of characters.
        ("a[bc].py", "ab.py", False, False),
        ("app/[id]/page.py", "app/[id]/page.py", True, True),
        (r"\#a.py", "#a.py", False, True),
        ("README", "readme", False, False),
    ],
)
def test_a_pattern_is_read_as_its_host_reads_it(pattern: str, path: str, *, github: bool, gitlab: bool) -> None:
    assert decides(pattern, path, GITHUB) is github
    assert decides(pattern, path, ROOT) is github
    assert decides(pattern, path, GITLAB) is gitlab


def test_the_last_line_decides_and_no_owners_are_owners_taken_away() -> None:
    codeowners = Codeowners("* @all\n/apps/ @apps @more\n/apps/free\n", GITHUB)
    assert codeowners.owners_of("a.py") == ("@all",)
    assert codeowners.owners_of("apps/a.py") == ("@apps", "@more")
    assert codeowners.owners_of("apps/free/a.py") == ()
    assert Codeowners("/apps/ @apps\n", GITHUB).owners_of("a.py") is None


def test_github_skips_what_it_does_not_understand() -> None:
    lines = "* @all\n!*.md\n*.md wrong\n[Docs]\n*.py @py a@b.example # and @nobody\n# *.py @none\n"
    codeowners = Codeowners(lines, GITHUB)
    assert codeowners.owners_of("a.md") == ("@all",)
    assert codeowners.owners_of("a.py") == ("@py", "a@b.example")
    assert codeowners.handles == {"@all", "@py", "a@b.example"}
    assert codeowners.headings == ()


SECTIONS = """* @admin
!generated/

[Docs][2] @writers @more
docs/
README.md @readme  # not @really
!docs/old/
docs/old/new.md @nobody

^[Ruby]
*.rb @ruby

[DOCS]
/docs/api/ @api
"""


@pytest.mark.parametrize("place", [ROOT, DOCS, GITLAB])
@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ("@admin",)),
        # The heading's owners stand where a line has none.
        ("docs/a.md", ("@admin", "@writers", "@more")),
        # GitLab has no comments behind a pattern.
        ("README.md", ("@admin", "@readme", "@really")),
        # An exclusion holds for its section, whatever a later line says.
        ("docs/old/new.md", ("@admin",)),
        ("docs/a.rb", ("@admin", "@writers", "@more", "@ruby")),
        # A name, in letters of any size, makes one section.
        ("docs/api/a.md", ("@admin", "@api")),
        ("generated/a.py", None),
        ("generated/a.rb", ("@ruby",)),
    ],
)
def test_each_section_decides_by_itself(place: str, path: str, owners: tuple[str, ...] | None) -> None:
    assert Codeowners(SECTIONS, place).owners_of(path) == owners


def test_the_owners_of_headings_are_named_too() -> None:
    codeowners = Codeowners("[Docs] @writers\ndocs/\n", ROOT)
    assert codeowners.handles == {"@writers"}
    assert codeowners.headings == (0,)
