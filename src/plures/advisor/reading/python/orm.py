"""Recognises code of Django and SQLAlchemy: classes that are tables, and expressions that read or write one. Sees one file only."""

import ast

from .chain import chain
from .facts import Access, ModelClass

_WRITING = frozenset(
    "create acreate bulk_create abulk_create update aupdate bulk_update delete adelete insert save add "
    "get_or_create aget_or_create update_or_create aupdate_or_create".split()
)
_QUERY_READS = frozenset(
    "query select get_object_or_404 get_list_or_404 aget_object_or_404 joinedload selectinload".split()
)
_QUERY_WRITES = frozenset({"insert", "update", "delete"})
_MANAGERS = frozenset({"objects", "_default_manager", "all_objects"})
_DJANGO_BASES = frozenset({"models.Model", "db.models.Model", "Model"})
_SQLALCHEMY_BASES = frozenset({"db.Model", "Base", "DeclarativeBase", "SQLModel", "BASE", "DeclarativeBaseNoMeta"})


def access_of_chain(names: list[str], *, called: bool) -> tuple[str, Access] | None:
    """(model as written, access) of an expression such as `Model.objects.filter` or `Model(…)`."""
    for position, name in enumerate(names[1:], 1):
        if name in _MANAGERS and names[position - 1][:1].isupper():
            writes = any(later in _WRITING for later in names[position + 1 :])
            return ".".join(names[:position]), Access.WRITE if writes else Access.READ
        if name == "query" and names[position - 1][:1].isupper():
            return ".".join(names[:position]), Access.READ
    # An instance is made. It counts only when the class turns out to be a model.
    return (".".join(names), Access.WRITE) if called and names[-1][:1].isupper() else None


def query_argument_access(function: ast.expr) -> Access | None:
    """What a call does to the models in its arguments: `session.query(User)` reads, `insert(User)` writes."""
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name in _QUERY_READS:
        return Access.READ
    # Only the bare functions are SQL: `some_list.insert(0, X)` and `some_dict.update(X)` are not.
    return Access.WRITE if name in _QUERY_WRITES and isinstance(function, ast.Name) else None


def model_of_class(node: ast.ClassDef) -> ModelClass | None:
    """The model that a class may be. Any class with bases may be one, since it can inherit from a model of another file."""
    bases = tuple(".".join(chain(base)) for base in node.bases)
    if not any(bases):
        return None
    table, abstract, framework = "", False, ""
    if not _DJANGO_BASES.isdisjoint(bases):
        framework = "django"
    if not _SQLALCHEMY_BASES.isdisjoint(bases):
        framework = "sqlalchemy"
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str() as name)):
                table, framework = name.lower(), "sqlalchemy"
            case ast.Assign(targets=[ast.Name(id="__abstract__")], value=ast.Constant(value=True)):
                abstract = True
            case ast.ClassDef(name="Meta"):
                table = _meta(statement, "db_table") or table
                abstract = abstract or _meta(statement, "abstract") == "True"
            case _:
                pass
    abstract = abstract or "DeclarativeBase" in bases
    return ModelClass(node.name, table, framework, node.lineno, tuple(filter(None, bases)), abstract)


def _meta(node: ast.ClassDef, key: str) -> str:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)) if name == key:
                return str(value).strip('"').lower() if isinstance(value, str) else str(value)
            case _:
                pass
    return ""


def model_of_table(name: str, value: ast.expr) -> ModelClass | None:
    """The model in `users = Table("users", metadata, …)`."""
    match value:
        case ast.Call(
            func=ast.Name(id="Table") | ast.Attribute(attr="Table"), args=[ast.Constant(value=str() as table), *_]
        ):
            return ModelClass(name, table.lower(), "sqlalchemy", value.lineno)
        case _:
            return None
