"""What is refused, so that a schema has one owner."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class SchemaOfAnother(PluresError):
    """The schema belongs to another application, or to another capability."""

    code = "data.schema_of_another"
    wording = Text(
        "Cannot use schema {schema!r} for {wanted}",
        why="it belongs to {owner}",
        fix="Give each application a database of its own on the server.",
    )

    schema: str
    wanted: str
    owner: str


@dataclass(eq=False)
class RoleTooMighty(PluresError):
    """The role could reach what is not the capability's own, so the server would not refuse it."""

    code = "data.role_too_mighty"
    wording = Text(
        "Cannot open the database of capability {capability!r} as role {role!r}",
        why="this role may do more than keep the data of one capability: {reasons}",
        fix="Leave user and password out of the URL in plures.toml, and let `plures data prepare` make a role for each capability; or take these "
        "rights from the role.",
    )

    capability: str
    role: str
    reasons: str


@dataclass(eq=False)
class AdministratorRefused(PluresError):
    """The administrator's URL does not lead to an administrator of the database."""

    code = "data.administrator_refused"
    wording = Text(
        "Cannot prepare database {database!r}",
        why="{reason}",
        fix="Name the variable that holds the URL of a role that may create roles, and schemas in this database; then prepare again.",
    )

    database: str
    reason: str
