"""`.proto` files of others as contracts: their types, their numbers, and what they say that a contract cannot."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from marketplace.app import app
from plures.application import assemble
from plures.compat import Named, OneOf, Scalar, described, numbered, read_lock, relock
from plures.contract import read_contract
from plures.errors import InvalidInput, PluresError
from plures.exports import export
from plures.imports import Imported, Wanted, import_file
from tests.interop.contract import Depot

from .conftest import read_back

Import = Callable[..., Imported]
HERE = Path(__file__).parent
LOCKS = HERE.parents[2] / "contracts"


@pytest.fixture(scope="module")
def things() -> Imported:
    return import_file(HERE / "things.proto", Wanted())


def test_what_is_exported_comes_back_as_it_was_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All contracts of the marketplace: owners, errors, events, bounds, defaults and numbers."""
    for assembled in assemble(app).capabilities.values():
        contract = described(assembled.contract)
        locked = read_lock((LOCKS / f"{contract.name}.toml").read_text(), "lock")
        exported = export(relock(contract, locked).contract, "proto")
        assert exported is not None
        path = tmp_path / exported.path
        path.parent.mkdir(parents=True)
        path.write_text(exported.text)
        back = import_file(path, Wanted())
        assert read_lock(back.lock, "lock") == locked
        assert back.unsaid == ()
        read_back(back, monkeypatch)


def test_all_types_that_an_export_writes_come_back(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = numbered(described(read_contract(Depot)[0]), None)
    exported = export(contract, "proto")
    assert exported is not None
    back = imported(exported.text)
    assert back.contract.messages == contract.messages
    assert back.contract.operations == contract.operations
    assert back.contract.unions == contract.unions
    read_back(back, monkeypatch)


def test_a_contract_of_others_can_be_loaded_and_is_locked_as_it_is(
    things: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = read_back(things, monkeypatch)
    assert contract.service == "peer.things.v1.Things"
    assert sorted(contract.operations) == ["get_thing", "get_u_r_l", "remove", "rename", "watch"]
    assert contract.operations["get_thing"].declaration.is_query
    assert contract.operations["remove"].declaration.idempotent
    assert contract.operations["get_u_r_l"].wire_name == "GetURL"
    assert contract.operations["watch"].streams


def test_numbers_are_those_of_the_file(things: Imported) -> None:
    thing = read_lock(things.lock, "lock").messages["Thing"]
    assert {name: thing.fields[name].number for name in ("id", "userID", "drawing", "byNumber")} == {
        "id": 1, "userID": 21, "drawing": 23, "byNumber": 5,
    }  # fmt: skip
    # What is left out keeps its number, and so does what the peer reserves.
    assert set(thing.reserved.values()) == {12, 13, 22, 40, 42, 43, 44}
    assert things.contract.unions["Thing.drawing"] == {"circle": 1, "square": 2}


def test_types_are_read_as_the_json_mapping_has_them(things: Imported) -> None:
    fields = things.contract.messages["Thing"].fields
    assert fields["at"].type == Scalar("timestamp")
    assert fields["within"].type == Scalar("duration")
    assert (fields["any"].type, fields["any"].nullable) == (Scalar("any"), True)
    assert fields["size"].type == Scalar("int64", {"ge": 0})
    assert (fields["note"].type, fields["note"].nullable) == (Scalar("string"), True)
    assert fields["drawing"].type == OneOf({"circle": Named("Circle"), "square": Named("Square")})
    assert (fields["state"].type, fields["state"].default) == (Named("ThingState"), "STATE_UNSPECIFIED")
    # Presence within a oneof: 0 and "" are sent too.
    assert fields["text"].nullable
    assert things.contract.messages["GetThingRequest"].fields["id"].required


def test_what_a_contract_cannot_say_is_told_all_at_once(things: Imported) -> None:
    told = {(each.code, each.where) for each in things.unsaid}
    assert told >= {
        ("import.client_stream", "Things.Send"),
        ("import.answer", "Things.Store"),
        ("import.type", "Thing.extra"),
        ("import.field_name", "Thing.from"),
        ("import.field_name", "Thing._odd"),
        ("import.binary", "Thing.depth"),
        ("import.binary", "Thing.by_number"),
        ("import.range", "Thing.size"),
        ("import.one_of", "Thing.shape (circle, text)"),
        ("import.alias", "Thing.State"),
        ("import.member_name", "Thing.State"),
        ("import.deprecated", "Things.Remove"),
    }
    # The members of a oneof that is a message of its own are a union, about which nothing is lost.
    assert not any("Drawing" in where for _, where in told)


def test_the_module_is_as_formatters_write_it(things: Imported, tmp_path: Path) -> None:
    (tmp_path / "things.py").write_text(things.module)
    ruff = [sys.executable, "-m", "ruff"]
    for arguments in (["format", "--check"], ["check", "--select", "F,E9,I"]):
        done = subprocess.run(
            [*ruff, *arguments, "--isolated", "."], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


PROTO2 = """
syntax = "proto2";
package old.shop.v2;
service Shop { rpc Find(Query) returns (Found); }
message Query {
  required string text = 1;
  optional int32 limit = 2 [default = 20];
  optional bool exact = 3;
  optional Order order = 4 [default = NEWEST];
  optional group Extra = 5 { optional string note = 1; }
  extensions 100 to 199;
}
enum Order { OLDEST = 1; NEWEST = 2; }
message Found { repeated string names = 1; }
"""


def test_proto2_has_required_fields_and_defaults(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    back = imported(PROTO2)
    contract = read_back(back, monkeypatch)
    assert "async def find(\n        self,\n        text: str,\n        limit: Int32 = 20,\n" in back.module
    assert "order: Order = Order.NEWEST" in back.module
    assert {each.code for each in back.unsaid} == {"import.type", "import.extensions"}
    assert contract.name == "old.shop.v2"


EDITION = """
edition = "2023";
package new.shop.v1;
service Shop { rpc Find(Query) returns (Found); }
message Query { string text = 1; int64 page = 2 [features.field_presence = IMPLICIT]; string key = 3 [features.field_presence = LEGACY_REQUIRED]; }
message Found { string name = 1; }
"""


def test_editions_say_presence_in_their_own_way(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = imported(EDITION).contract.messages["FindRequest"].fields
    assert fields["text"].nullable
    assert (fields["page"].nullable, fields["page"].default) == (False, 0)
    assert fields["key"].required


CYCLE = """
syntax = "proto3";
package forest.trees.v1;
service Trees { rpc Grow(Tree) returns (Tree); }
message Tree { repeated Branch branches = 1; string str = 2; int64 int = 3; GrowRequest request = 4; }
message Branch { Tree tree = 1; map<string, Tree> all = 2; }
message GrowRequest { string why = 1; }
"""


def test_messages_that_nest_each_other_and_fields_named_as_types(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = imported(CYCLE)
    read_back(back, monkeypatch)
    # GrowRequest is what the contract itself calls the parameters of grow.
    assert back.contract.messages["Tree"].fields["request"].type == Named("GrowRequestMessage")


def test_imports_are_found_from_the_folder_above_the_package(
    tmp_path: Path, imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop" / "types" / "v1"
    folder.mkdir(parents=True)
    (folder / "money.proto").write_text('syntax = "proto3"; package shop.types.v1; message Money { int64 amount = 1; }')
    text = """
        syntax = "proto3"; package shop.cart.v1;
        import "shop/types/v1/money.proto"; import "google/type/money.proto";
        service Cart { rpc Total(TotalRequest) returns (Sum); }
        message TotalRequest {} message Sum { shop.types.v1.Money ours = 1; google.type.Money theirs = 2; Money own = 3; } message Money {}
    """
    back = imported(text, "shop/cart/v1/cart.proto")
    read_back(back, monkeypatch)
    types = [each.type for each in back.contract.messages["Sum"].fields.values()]
    assert len({str(each) for each in types}) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('syntax = "proto3";\npackage a.v1;\nmessage X { string a = 1 }\n', 'line 3, column 26: Expected ";"'),
        ('syntax = "proto3";\npackage a.v1;\nservice S { rpc Get(X) returns (X); }', 'line 3, column 21: "X" is not defined'),
        ('syntax = "proto3"; package a.b.v1; import "b/c.proto";', "it imports b/c.proto, which is not there"),
        ('syntax = "proto3"; package a.v1; message X {}', "it has no service"),
        ('syntax = "proto3"; package a.v1beta1; service S { rpc A(X) returns (X); } message X {}', "'a.v1beta1' is no name"),
        ('syntax = "proto3"; package a.b.v1; message X {} service S { rpc A(X) returns (X); } service T {}', "2 services"),
        ('syntax = "proto3"; package a.b.v1; message X {} service S { rpc A(stream X) returns (X); }', "no operation"),
        ("\x00\x01", "line 1"),
    ],
)  # fmt: skip
def test_what_no_contract_can_be_made_of_is_told_in_words(imported: Import, text: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        imported(text)
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.proto").write_bytes(b"// \xe4\n")
    for name in ("nowhere.proto", "latin.proto"):
        with pytest.raises(PluresError) as caught:
            import_file(tmp_path / name, Wanted())
        assert caught.value.code == "import.unread"


def test_the_one_who_imports_has_the_last_word(imported: Import) -> None:
    text = 'syntax = "proto3"; package a; message X {} service S { rpc A(X) returns (X); } service T {}'
    contract = imported(text, name="a.b.v1", owner="shop", service="S").contract
    assert (contract.name, contract.owner, contract.service) == ("a.b.v1", "shop", "a.b.v1.S")


def test_texts_of_others_stay_texts(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        'syntax = "proto3"; package a.b.v1;\n/* """ + __import__("os").abort() + """ \\ " */ service S {\n'
        '// ends in a quote "\nrpc A(X) returns (X); } message X { string a = 1; // \\N{bullet} """\n }'
    )
    contract = read_back(imported(text), monkeypatch)
    assert contract.doc.startswith('""" + __import__')
