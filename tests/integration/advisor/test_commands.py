"""`plures map` and `plures advise` as a user calls them."""

import json

import pytest
from click.testing import CliRunner

from plures.cli.codebase import advise_command, map_command


@pytest.fixture
def shop(history, tmp_path):
    files = {
        "shop/__init__.py": "",
        "shop/app.py": history.module("from shop.search import m5", "from shop.cart import m5"),
    }
    for name in ("search", "cart", "mail"):
        files |= history.package(f"shop/{name}")
    history.commit(0, "ana", files)
    history.commit(1, "ben", {"shop/cart/m1.py": history.module("from shop.search import m1", mark=1)})
    (tmp_path / "shop").mkdir()
    return history.write(tmp_path / "shop")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(command, *arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)


def test_a_map_on_the_terminal(shop):
    done = run(map_command, shop)
    assert done.exit_code == 0
    assert "shop.search" in done.stdout
    assert "4 components" in done.stdout


def test_a_map_as_json_says_what_imports_what(shop):
    drawn = json.loads(run(map_command, shop, "--format", "json").stdout)
    assert drawn["format"] == 1
    edges = {(e["source"], e["target"]): e["imports"] for e in drawn["edges"]}
    assert edges["shop.cart", "shop.search"] == 1
    assert {c["name"] for c in drawn["components"]} == {"shop", "shop.search", "shop.cart", "shop.mail"}


@pytest.mark.parametrize("command", [map_command, advise_command])
@pytest.mark.parametrize(("name", "start"), [("r.html", "<!doctype html>"), ("r.md", "# "), ("r.json", "{")])
def test_the_name_of_the_file_decides_the_format(shop, tmp_path, command, name, start):
    done = run(command, shop, "-o", tmp_path / name)
    assert done.exit_code == 0
    assert (tmp_path / name).read_text().startswith(start)


def test_the_page_loads_nothing_and_is_accessible_in_words(shop, tmp_path):
    run(advise_command, shop, "-o", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "http://" not in page
    assert 'src="' not in page
    assert 'lang="en"' in page
    assert page.count("<caption>") == page.count("<table")
    assert "default-src 'none'" in page
    for name in ("shop.search", "shop.cart"):
        assert f'data-name="{name}"' in page


def test_names_can_be_hidden(shop):
    assert "ana" in run(map_command, shop, "--format", "json").stdout
    hidden = run(map_command, shop, "--format", "json", "--hide-names").stdout
    assert "ana" not in hidden
    assert "person 1" in hidden


def test_the_second_run_reads_from_the_cache(shop, tmp_path):
    first = run(map_command, shop, "--format", "json").stdout
    kept = sorted(file.name.split("-")[0] for file in (tmp_path / "cache/plures/advisor").iterdir())
    assert kept == ["facts", "history", "map"]
    assert run(map_command, shop, "--format", "json").stdout == first
    assert run(map_command, shop, "--format", "json", "--no-cache").stdout == first
    assert not (shop / ".plures").exists()


def test_a_change_on_disk_or_of_the_request_is_seen_at_once(shop, tmp_path):
    first = json.loads(run(map_command, shop, "--format", "json").stdout)
    (shop / "shop/mail/m9.py").write_text("from shop.search import m1\nX = 1\n")
    second = json.loads(run(map_command, shop, "--format", "json").stdout)
    assert second["files"] == first["files"] + 1
    assert any((e["source"], e["target"]) == ("shop.mail", "shop.search") for e in second["edges"])
    (tmp_path / "c.toml").write_text('[components]\npost = ["shop/mail"]\n')
    third = json.loads(run(map_command, shop, "--format", "json", "--components", tmp_path / "c.toml").stdout)
    assert "post" in {c["name"] for c in third["components"]}


def test_advice_on_a_calm_codebase_is_to_leave_it(shop):
    done = run(advise_command, shop)
    assert done.stdout.startswith("Leave it as it is.")
    assert "only a running system shows" in done.stdout


def test_a_plan_for_one_component(shop):
    done = run(advise_command, shop, "--plan", "shop.search")
    assert "cut import: shop.cart → shop.search" in done.stdout
    assert (
        json.loads(run(advise_command, shop, "--plan", "shop.search", "--format", "json").stdout)["component"]
        == "shop.search"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere",), "advisor.not_a_folder"),
        ((".", "--commit", "nonsense"), "advisor.unknown_commit"),
        ((".", "--plan", "shop.nothing"), "advisor.unknown_component"),
        ((".", "--components", "none.toml"), "advisor.definitions"),
    ],
)
def test_mistakes_are_explained_and_end_with_status_2(shop, monkeypatch, arguments, code):
    monkeypatch.chdir(shop)
    done = run(advise_command, *arguments)
    assert done.exit_code == 2
    assert "fix" in done.stderr
    assert "Traceback" not in done.stderr
    as_json = run(advise_command, *arguments, "--format", "json")
    assert code in as_json.stderr


def test_a_report_that_cannot_be_written_is_explained(shop, tmp_path):
    done = run(map_command, shop, "-o", tmp_path / "no" / "such" / "folder.html")
    assert done.exit_code == 1
    assert "folder.html" in done.stderr


@pytest.mark.parametrize("command", [map_command, advise_command])
@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (("-o", "report.txt"), ""),
        (("-o", "report.MARKDOWN"), "# "),
        (("--format", "terminal", "-o", "x.md"), ""),
        (("--format", "json", "-o", "report"), "{"),
        (("--format", "html", "-o", "report.dot"), "<!doctype html>"),
    ],
)
def test_a_report_is_written_whatever_its_name(shop, monkeypatch, command, arguments, start):
    monkeypatch.chdir(shop)
    done = run(command, *arguments)
    assert (done.exit_code, done.stdout) == (0, "")
    text = (shop / arguments[-1]).read_text()
    assert text.strip()
    assert text.startswith(start)
    assert "\x1b" not in text


@pytest.mark.parametrize("command", [map_command, advise_command])
@pytest.mark.parametrize("name", ["report.dot", "report", "report.pdf", "shop", ".", "", "no/folder.md", "../shop"])
def test_a_report_that_has_no_format_or_no_place_is_refused_before_anything_is_read(shop, monkeypatch, command, name):
    monkeypatch.chdir(shop)
    before = sorted(shop.iterdir())
    done = run(command, "nowhere", "-o", name)
    assert done.exit_code in {1, 2}
    assert "not_a_folder" not in done.stderr
    assert "Error" in done.stderr
    assert sorted(shop.iterdir()) == before


def test_a_dash_is_standard_output(shop, monkeypatch):
    monkeypatch.chdir(shop)
    assert json.loads(run(map_command, "-o", "-", "--format", "json").stdout)["format"] == 1
    assert "4 components" in run(map_command, "-o", "-").stdout
    assert not (shop / "-").exists()


@pytest.mark.parametrize(
    ("name", "start"), [("plan.txt", "  cost of"), ("plan.md", "# Taking shop.search out"), ("plan.json", "{")]
)
def test_a_plan_is_written_to_its_file(shop, tmp_path, name, start):
    done = run(advise_command, shop, "--plan", "shop.search", "-o", tmp_path / name)
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / name).read_text().startswith(start)


@pytest.mark.parametrize("arguments", [("-o", "plan.html"), ("--format", "html")])
def test_a_plan_as_a_page_is_refused(shop, monkeypatch, arguments):
    monkeypatch.chdir(shop)
    done = run(advise_command, "--plan", "shop.search", *arguments)
    assert done.exit_code == 2
    assert "A plan has no page" in done.stderr


def test_files_that_were_not_read_fully_are_named(shop):
    (shop / "shop/mail/broken.py").write_text("def broken(:\n")
    (shop / "shop/mail/large.py").write_text("#" * (3 << 20))
    for command in (map_command, advise_command):
        shown = run(command, shop).stdout
        assert "shop/mail/broken.py: syntax error in line 1" in shown
        assert "shop/mail/large.py: larger than 2 MiB" in shown
    markdown = run(advise_command, shop, "--format", "markdown").stdout
    assert "shop/mail/broken.py" in markdown
    problems = json.loads(run(advise_command, shop, "--format", "json").stdout)["problems"]
    assert [problem["path"] for problem in problems] == ["shop/mail/broken.py", "shop/mail/large.py"]


def test_the_commit_that_was_read_is_a_link(shop, history):
    head = history.git(shop, "rev-parse", "HEAD")
    history.git(shop, "remote", "add", "origin", "git@host.example:acme/shop.git")
    url = f"https://host.example/acme/shop/commit/{head}"
    assert f"[{head[:10]}]({url})" in run(map_command, shop, "--format", "markdown").stdout
    assert f'<a href="{url}">{head[:10]}</a>' in run(map_command, shop, "--format", "html").stdout


def test_one_person_is_named_once(history, tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    files = history.package("shop/search") | history.package("shop/cart") | history.package("shop/mail")
    history.commit(0, "ana", files | {".mailmap": ""})
    history.write(folder)
    for number, (name, address) in enumerate(
        [("Ana Lima", "ana@one.example"), ("ana lima", "Ana@Two.example"), ("ALima", "ana@one.example")]
    ):
        (folder / "shop/search/m1.py").write_text(f"X = {number}\n")
        history.git(folder, "-c", f"user.name={name}", "-c", f"user.email={address}", "commit", "-qam", "change")
    drawn = json.loads(run(map_command, folder, "--format", "json").stdout)
    search = next(c for c in drawn["components"] if c["name"] == "shop.search")
    assert (search["main_authors"], search["authors"]) == (["ana lima"], 1)
    # The founder is the other one.
    assert drawn["people"] == 2


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_a_narrow_terminal_shows_fewer_columns_and_whole_names(history, tmp_path, monkeypatch, columns):
    name = "a_long_name_of_a_package/and_another_of_its_part"
    history.commit(0, "ana", {f"{name}_{i}/m.py": history.module() for i in range(4)})
    folder = tmp_path / "long"
    folder.mkdir()
    history.write(folder)
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run(map_command, folder).stdout
    for i in range(4):
        assert f"{name.replace('/', '.')}_{i} " in shown
    assert "…" not in shown
    assert ("lines" in shown.split("component ")[-1]) == (columns >= 80)
    assert ("files" in shown.split("component ")[-1].split("\n")[0]) == (columns == 200)
