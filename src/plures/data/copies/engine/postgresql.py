"""The catalogue of a schema on a PostgreSQL server. Names without a schema mean those of the capability's own."""

from collections.abc import Sequence
from typing import Final

from plures.data.store import Transaction

from .table import Column, ColumnType, Position, Table, is_own, quoted

_FORMS: Final = """
SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
    set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)"""
# Partitions are read through the table that they are parts of.
_TABLES: Final = """
SELECT relname, relkind::text FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'f') AND NOT relispartition ORDER BY relname COLLATE "C\""""
_COLUMNS: Final = """
SELECT attname, base.typname, format_type(atttypid, atttypmod), attnotnull,
    (SELECT array_position(i.indkey::int2[], attnum) FROM pg_index i WHERE i.indrelid = attrelid AND i.indisprimary)
FROM pg_attribute JOIN pg_type own ON own.oid = atttypid JOIN pg_type base ON base.oid = coalesce(nullif(own.typbasetype, 0), own.oid)
WHERE attrelid = quote_ident(:name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
_REFERENCES: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = quote_ident(current_schema())::regnamespace AND contype = 'f' AND conparentid = 0 ORDER BY oid"""
_TRIGGERS: Final = """
SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND NOT tgisinternal AND tgparentid = 0 AND tgenabled <> 'D' ORDER BY tgname"""
_SEQUENCES: Final = """
SELECT s.relname, t.relname, a.attname FROM pg_class s
LEFT JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relnamespace = quote_ident(current_schema())::regnamespace AND s.relkind = 'S' ORDER BY s.relname"""
_ENABLED: Final = {"O": "ENABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
_KINDS: Final = {
    "int2": ColumnType.SHORT,
    "int4": ColumnType.INTEGER,
    "int8": ColumnType.LONG,
    "bool": ColumnType.BOOLEAN,
    "float4": ColumnType.SINGLE,
    "float8": ColumnType.DOUBLE,
    "numeric": ColumnType.NUMERIC,
    "text": ColumnType.TEXT,
    "varchar": ColumnType.TEXT,
    "bpchar": ColumnType.PADDED,
    "bytea": ColumnType.BYTES,
    "uuid": ColumnType.UUID,
    "timestamptz": ColumnType.INSTANT,
    "timestamp": ColumnType.LOCAL_TIME,
    "date": ColumnType.DATE,
    "time": ColumnType.TIME,
    "json": ColumnType.JSON,
    "jsonb": ColumnType.JSON,
}
_AS_THEY_ARE: Final = frozenset(
    {
        ColumnType.SHORT,
        ColumnType.INTEGER,
        ColumnType.LONG,
        ColumnType.BOOLEAN,
        ColumnType.SINGLE,
        ColumnType.DOUBLE,
        ColumnType.TEXT,
        ColumnType.PADDED,
        ColumnType.BYTES,
    }
)


class PostgresCatalogue:
    """As `Catalogue` says."""

    async def begin(self, transaction: Transaction) -> None:
        await transaction.execute(_FORMS, {})

    async def tables(self, transaction: Transaction) -> tuple[list[Table], list[str]]:
        found = (await transaction.execute(_TABLES, {})).rows
        foreign = [str(name) for name, kind in found if kind == "f"]
        names = [str(name) for name, kind in found if kind != "f" and not is_own(str(name))]
        return [await _table(transaction, name) for name in names], foreign

    async def unreadable(self, transaction: Transaction, table: Table) -> tuple[str, str] | None:  # noqa: ARG002 - as `Catalogue`
        """The server sees to it."""
        return None

    async def in_the_way(self, transaction: Transaction) -> list[tuple[str, str]]:
        references = (await transaction.execute(_REFERENCES, {})).rows
        triggers = (await transaction.execute(_TRIGGERS, {})).rows
        return [
            *(
                (
                    f"ALTER TABLE {table} DROP CONSTRAINT {name}",
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
                )
                for table, name, definition in references
            ),
            *(
                (f"ALTER TABLE {table} DISABLE TRIGGER {name}", f"ALTER TABLE {table} {_ENABLED[when]} TRIGGER {name}")
                for table, name, when in triggers
            ),
        ]

    async def positions(self, transaction: Transaction) -> list[Position]:
        found: list[Position] = []
        for name, table, column in (await transaction.execute(_SEQUENCES, {})).rows:
            sql = f"SELECT last_value, is_called FROM {quoted(name)}"  # noqa: S608 - a sequence of the schema
            last, is_given = (await transaction.execute(sql, {})).rows[0]
            found.append(Position(name, table or "", column or "", last, is_given=is_given))
        return found

    async def continue_from(self, transaction: Transaction, positions: Sequence[Position]) -> None:
        by_name = {position.name: position for position in positions}
        by_table = {position.table.casefold(): position for position in positions}
        for own in await self.positions(transaction):
            same = by_name.get(own.name)
            if same is None or same.table == same.name:
                # It comes from a store that has no sequences, and numbers also rows whose numbers it has not noted.
                known = by_table.get(own.table.casefold()) if own.table else None
                same = await _numbered(transaction, own, known)
            if same is not None:
                sql = "SELECT setval(quote_ident(:name)::regclass, :last, :is_given)"
                await transaction.execute(sql, {"name": own.name, "last": same.last, "is_given": same.is_given})


async def _numbered(transaction: Transaction, own: Position, known: Position | None) -> Position | None:
    """The position after all numbers that rows of its table have; None where there are none yet."""
    if not own.table:
        return None
    sql = f"SELECT max({quoted(own.column)}) FROM {quoted(own.table)}"  # noqa: S608 - names of the schema
    most = (await transaction.execute(sql, {})).rows[0][0]
    last = max(most or 0, known.last if known is not None and known.is_given else 0)
    return Position(own.name, own.table, own.column, last) if last > 0 else None


async def _table(transaction: Transaction, name: str) -> Table:
    found = (await transaction.execute(_COLUMNS, {"name": name})).rows
    columns = tuple(
        _column(column, type_name, declared, not_null) for column, type_name, declared, not_null, _ in found
    )
    key = tuple(
        column for _, column in sorted((place, column) for column, _, _, _, place in found if place is not None)
    )
    # Else the order of what is selected would be taken, which may be a text. Not all types have an order, but a row keeps its place.
    order = ", ".join(f"{quoted(name)}.{quoted(column)}" for column in key) or "tableoid, ctid"
    return Table(name, columns, key, order)


def _column(name: str, type_name: str, declared: str, not_null: bool) -> Column:  # noqa: FBT001 - a row of the catalogue
    kind = _KINDS.get(type_name, ColumnType.OTHER)
    select = quoted(name) if kind in _AS_THEY_ARE else f"{quoted(name)}::text AS {quoted(name)}"
    return Column(name, kind, declared, select, f"CAST({{}} AS text)::{declared}", is_nullable=not not_null)
