"""Verdicts on repositories whose truth the test made."""

import pytest

from plures.advisor import Evidence, Pressure, Verdict, advise, draw, plan

CALM = ("search", "cart", "mail", "tax")


def shop(history, *extra):
    """Five packages, each a chain of six modules, and a trunk that imports them all."""
    files = {
        "shop/__init__.py": "",
        "shop/app.py": history.module(*(f"from shop.{c} import m5" for c in (*CALM, *extra))),
    }
    for name in (*CALM, *extra):
        files |= history.package(f"shop/{name}")
    return files


def verdicts(survey):
    return {f.subject: f.verdict for f in advise(survey).findings}


def own_work(history, days=240):
    """Each calm component has two people of its own, who take turns."""
    for day in range(0, days, 4):
        for i, name in enumerate(CALM):
            author = f"{name}_{'one' if day % 8 else 'two'}"
            history.commit(
                day + i / 10,
                author,
                {f"shop/{name}/m{day % 6}.py": history.module(f"from shop.{name} import m0", mark=day)},
            )


def test_a_calm_application_is_left_alone(history, read, tmp_path):
    history.commit(0, "founder", shop(history))
    own_work(history)
    survey = read(history.write(tmp_path))
    assert set(verdicts(survey).values()) == {Verdict.LEAVE_ALONE}
    assert {f.subject[0] for f in advise(survey).findings if len(f.subject) == 1} == set(survey.components)


@pytest.mark.parametrize(
    ("owners", "pressure"),
    [
        (None, Pressure.PEOPLE),
        ("/shop/search @acme/search\n/shop/cart @acme/cart\n", Pressure.TEAM),
        ("/shop/search @acme/all\n/shop/cart @Acme/All\n", Pressure.PEOPLE),
        ("/shop/search @acme/search\n", Pressure.PEOPLE),
        ("/shop/search @ana\n/shop/cart @ben\n", Pressure.PEOPLE),
        ("* @acme/all\n", Pressure.PEOPLE),
    ],
)
def test_two_teams_that_block_each_other_in_one_component_split_it_out(history, read, tmp_path, owners, pressure):
    history.commit(0, "founder", shop(history, "pricing") | ({"CODEOWNERS": owners} if owners else {}))
    own_work(history)
    # Search and cart both need pricing changed, and step on each other's files every few days.
    for turn, day in enumerate(range(2, 230, 4)):
        team = "search" if turn % 2 else "cart"
        author = f"{team}_{'one' if turn % 4 < 2 else 'two'}"
        history.commit(
            day, author, {f"shop/pricing/m{turn // 6 % 6}.py": history.module("from shop.pricing import m0", mark=turn)}
        )
    survey = read(history.write(tmp_path))
    found = next(f for f in advise(survey).findings if f.subject == ("shop.pricing",))
    assert (found.verdict, found.pressure) == (Verdict.SPLIT_OUT, pressure)
    shared_by = "2 teams" if pressure is Pressure.TEAM else "2 groups of people"
    assert any(f"{shared_by} share it" in e.statement and e.links for e in found.evidence)
    assert found.split is not None
    others = {subject: verdict for subject, verdict in verdicts(survey).items() if subject != ("shop.pricing",)}
    assert set(others.values()) == {Verdict.LEAVE_ALONE}


def test_teams_can_be_named_by_the_user(history, read, tmp_path):
    history.commit(0, "founder", shop(history))
    for turn, day in enumerate(range(2, 200, 3)):
        author = ("ana", "ben", "cem", "dia")[turn % 4]
        history.commit(day, author, {"shop/tax/m1.py": history.module("from shop.tax import m0", mark=turn)})
    folder = history.write(tmp_path / "repo" if (tmp_path / "repo").mkdir() is None else tmp_path)
    # Who only looks at who changes what sees one team of four here; the file says that they are two.
    assert verdicts(read(folder))["shop.tax",] is Verdict.LEAVE_ALONE
    file = tmp_path / "teams.toml"
    file.write_text('[teams]\nred = ["ana@*", "cem@*"]\nblue = ["ben@*", "dia@example.org"]\n')
    found = next(f for f in advise(read(folder, definitions=file)).findings if f.subject == ("shop.tax",))
    assert (found.verdict, found.pressure) == (Verdict.SPLIT_OUT, Pressure.TEAM)


@pytest.mark.parametrize("imported", ["both", "one", "none"])
def test_an_always_together_pair_with_the_same_owners_is_merged(history, read, tmp_path, imported):
    history.commit(0, "founder", shop(history, "orders", "lines"))
    own_work(history)
    for turn, day in enumerate(range(2, 230, 5)):
        both = {
            f"shop/{name}/m{turn % 6}.py": history.module(
                *([f"from shop.{other} import m0"] if imported in names else []), mark=turn
            )
            for name, other, names in (("orders", "lines", ("both", "one")), ("lines", "orders", ("both",)))
        }
        history.commit(day, f"order_{'one' if turn % 2 else 'two'}", both)
    survey = read(history.write(tmp_path))
    found = next(f for f in advise(survey).findings if f.verdict is Verdict.MERGE)
    assert found.subject == ("shop.lines", "shop.orders")
    assert found.merge is not None
    assert found.merge.joint_commits >= 40
    # Two answers to one question change together too.
    assert any("Neither imports the other" in e.statement for e in found.counter_evidence) is (imported == "none")
    asking = [f.subject for f in advise(survey).findings if f.verdict is not Verdict.LEAVE_ALONE]
    assert asking == [("shop.lines", "shop.orders")]


def test_a_pair_that_changes_together_under_different_owners_is_not_merged(history, read, tmp_path):
    history.commit(0, "founder", shop(history, "orders", "lines"))
    own_work(history)
    for turn, day in enumerate(range(2, 230, 5)):
        files = {f"shop/{name}/m{turn % 6}.py": history.module(mark=turn) for name in ("orders", "lines")}
        history.commit(day, "one", files)
    for turn, day in enumerate(range(3, 230, 3)):
        history.commit(day, "two", {f"shop/lines/m{turn % 6}.py": history.module(mark=-turn)})
    assert Verdict.MERGE not in verdicts(read(history.write(tmp_path))).values()


def test_a_component_under_pressure_that_all_others_import_is_cut_loose_first(history, read, tmp_path):
    # Prices, which most others use by its imports, and common, which they use by its name, are libraries: no cut frees a part of them.
    files = shop(history, "pricing", "common", "prices")
    for name in CALM:
        for i in range(6):
            others = [f"from shop.{name} import m{i - 1}"] if i else []
            files[f"shop/{name}/m{i}.py"] = history.module(
                *others, *(f"from shop.pricing import m{j}" for j in range(6)), "from shop.prices import m1"
            )
    for j in range(6):
        used = [f"from shop.{name} import m{i}" for name, most in (("common", 4), ("prices", 6)) for i in range(most)]
        files[f"shop/pricing/m{j}.py"] = history.module(*(f"from shop.{name} import m{j}" for name in CALM), *used)
    history.commit(0, "founder", files)
    own_work(history)
    for turn, day in enumerate(range(2, 230, 4)):
        team = "search" if turn % 2 else "cart"
        path = f"shop/pricing/m{turn // 6 % 6}.py"
        history.commit(day, f"{team}_{'one' if turn % 4 < 2 else 'two'}", {path: files[path] + f"LATEST = {turn}\n"})
    survey = read(history.write(tmp_path))
    assert verdicts(survey)["shop.pricing",] is Verdict.LEAVE_ALONE
    cut_first = [f for f in advise(survey).findings if f.verdict is Verdict.CUT_FIRST]
    assert cut_first
    for finding in cut_first:
        assert "shop.pricing" in finding.subject
        assert not {"shop.common", "shop.prices"} & set(finding.subject)
        assert finding.evidence[0].pressure is finding.pressure is Pressure.PEOPLE
        assert "2 groups of people share it" in finding.evidence[0].statement


def test_evidence_from_elsewhere_is_weighed_like_any_other(history, read, tmp_path):
    history.commit(0, "founder", shop(history))
    own_work(history)
    load = Evidence(
        source="telemetry",
        subject=("shop.search",),
        statement="It takes 80% of all CPU time in sales.",
        figure=0.8,
        unit="share of CPU time",
        supports=Verdict.SPLIT_OUT,
        strength=1.6,
        pressure=Pressure.SCALE,
    )
    survey = read(history.write(tmp_path))
    found = next(f for f in advise(survey, more=[load]).findings if f.subject == ("shop.search",))
    assert (found.verdict, found.pressure) == (Verdict.SPLIT_OUT, Pressure.SCALE)


def test_a_plan_names_calls_tables_transactions_and_shared_state(history, read, tmp_path):
    files = shop(history)
    files["shop/tax/m5.py"] = (
        "import sqlite3\nrates = {}\ndef rate(c):\n    return sqlite3.connect('x').execute('SELECT r FROM tax_rates')\n"
    )
    files["shop/cart/m4.py"] = (
        "from django.db import transaction\nfrom shop.tax import m5\n"
        "def total():\n    with transaction.atomic():\n        return m5.rate('de')\n"
        "def warm():\n    m5.rates['de'] = 19\n    db.execute('UPDATE tax_rates SET r = 1')\n"
    )
    history.commit(0, "founder", files)
    found = plan(read(history.write(tmp_path)), "shop.tax")
    kinds = {cut.kind for cut in found.cuts}
    assert kinds == {"global", "transaction", "table", "import"}
    assert [(o.name, o.kind, o.calls) for o in found.contract if "rate" in o.name][:1] == [
        ("shop.tax.m5.rate", "call", 1)
    ]
    assert found.cost.tables_shared == ("tax_rates",)


def test_renamed_components_keep_their_history(history, read, tmp_path):
    history.commit(0, "founder", shop(history))
    own_work(history)
    moved = {f"shop/tax/m{i}.py": None for i in range(6)} | {"shop/tax/__init__.py": None}
    moved |= {f"shop/duty/m{i}.py": history.module("from shop.duty import m0", mark=-1) for i in range(6)} | {
        "shop/duty/__init__.py": ""
    }
    history.commit(250, "founder", moved, "rename tax to duty")
    survey = read(history.write(tmp_path))
    drawn = {c.name: c for c in draw(survey).components}
    assert drawn["shop.duty"].commits > 40
    assert "shop.tax" not in drawn


def test_mass_changes_formatting_and_robots_do_not_count(history, read, tmp_path):
    everything = shop(history) | {f"shop/tax/extra{i}.py": history.module() for i in range(40)}
    history.commit(0, "founder", everything)
    own_work(history, days=40)
    before = {c.name: c.commits for c in draw(read(history.write(tmp_path))).components}
    again = type(history)()
    again.commit(0, "founder", everything)
    own_work(again, days=40)
    again.commit(41, "founder", {path: f"{text}\nX = 1\n" for path, text in everything.items()}, "touch everything")
    again.commit(42, "founder", {"shop/tax/m1.py": "A = 1\n", "shop/cart/m1.py": "A = 1\n"}, "Apply black")
    again.commit(43, "dependabot[bot]", {"shop/tax/m1.py": "A = 2\n", "shop/cart/m1.py": "A = 2\n"}, "bump")
    (tmp_path / "again").mkdir()
    assert {c.name: c.commits for c in draw(read(again.write(tmp_path / "again"))).components} == before


def test_commits_of_one_ticket_count_as_changing_together(history, read, tmp_path):
    history.commit(0, "founder", shop(history))
    for turn, day in enumerate(range(2, 100, 6)):
        history.commit(day, "one", {"shop/tax/m1.py": history.module(mark=turn)}, f"Tax side. Fixes #{turn + 100}")
        history.commit(
            day + 1, "one", {"shop/cart/m1.py": history.module(mark=turn)}, f"Cart side. Fixes #{turn + 100}"
        )
    edges = {(e.source, e.target): e for e in draw(read(history.write(tmp_path))).edges}
    pair = read(tmp_path).coupling("shop.cart", "shop.tax")
    assert pair.by_ticket == 17
    assert pair.together <= 1
    assert ("shop", "shop.tax") in edges
