"""Which migrations the version that still runs would not survive."""

from plures.application import Assembly

from .shops import process, shop, verdict

NOTES = """
@contract("shop.notes.v1", owner="tests")
class Notes(Protocol):
    @query()
    async def all(self) -> int: ...

class NotesService(Notes):
    def __init__(self, database: Database) -> None: ...
    async def all(self) -> int: return 1

app = Application("shop", [Capability(Notes, NotesService, migrations=[{migrations}])])
"""
MADE = 'Migration(1, "notes", ("CREATE TABLE notes (id TEXT PRIMARY KEY, old TEXT)",))'
EXPAND = 'Migration(2, "a column", ("ALTER TABLE notes ADD COLUMN new TEXT",))'
DROP = 'Migration({}, "no old", ("ALTER TABLE notes DROP COLUMN old",){})'
ON_SERVER, EMBEDDED = process("notes"), process("notes", alone=True)


def notes(*migrations: str) -> Assembly:
    return shop(NOTES.format(migrations=", ".join(migrations)))


def test_what_expands_is_told_with_the_process_that_runs_it() -> None:
    found = verdict(notes(MADE), notes(MADE, EXPAND), ON_SERVER)
    assert found.any_order
    assert [(each.process, each.version, each.name, each.contracts) for each in found.migrations] == [
        ("notes", 2, "a column", False)
    ]


def test_what_takes_something_away_is_refused_while_the_old_version_runs() -> None:
    coming = notes(MADE, DROP.format(2, ""))
    refused = verdict(notes(MADE), coming, ON_SERVER).refused
    assert [each.code for each in refused] == ["data.drops"]
    assert refused[0].what.startswith("migration 2 (no old) of notes, part 1 ")
    # There, the old replica has ended before the new one runs it.
    assert verdict(notes(MADE), coming, EMBEDDED).passes


def test_a_contract_step_comes_a_release_after_what_prepares_it() -> None:
    step = DROP.format(3, ", contract_step=True")
    early = verdict(notes(MADE), notes(MADE, EXPAND, step), ON_SERVER)
    assert [each.code for each in early.refused] == ["rollout.contract_step_too_early"]
    assert early.refused[0].fix.startswith("Roll out the version before it first")
    in_time = verdict(notes(MADE, EXPAND), notes(MADE, EXPAND, step), ON_SERVER)
    assert in_time.passes
    assert [(each.version, each.contracts) for each in in_time.migrations] == [(3, True)]


def test_code_that_is_older_than_its_database_is_refused() -> None:
    for place in (ON_SERVER, EMBEDDED):
        refused = verdict(notes(MADE, EXPAND), notes(MADE), place).refused
        assert [each.code for each in refused] == ["rollout.older_than_its_database"]
        assert refused[0].what == "its database has run 2 migrations, and the version that comes knows 1"
