"""Finds imports in a file that Python cannot parse: an older dialect, half a merge, a typing mistake. Approximate on purpose."""

import re

from .facts import Import, Model, ModuleFacts, TableUse, Use
from .sql import tables_in

_IMPORT = re.compile(r"^([ \t]*)import[ \t]+([\w. ,\t]+)")
_FROM = re.compile(r"^([ \t]*)from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import\b[ \t]*(.*)")
_CLASS = re.compile(r"^(?:class|def)[ \t]+(\w+)")
_MODEL = re.compile(r"^class[ \t]+(\w+)\(.*\b(models\.Model|Base|BASE|ModelBase)\b.*\)")
_TABLENAME = re.compile(r"^[ \t]+__tablename__[ \t]*=[ \t]*['\"](\w+)['\"]")
_STRING = re.compile(r"(\"\"\"|''')(.*?)\1|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'", re.DOTALL)
_USE = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.(\w+))?[ \t]*(\()?")


def scan(text: str, lines: int, problem: str) -> ModuleFacts:
    """Facts that line patterns can find."""
    imports, aliases = _imports(_without_strings(text))
    return ModuleFacts(
        lines=lines,
        problem=problem,
        imports=tuple(imports),
        uses=tuple(_uses(_without_strings(text), aliases)),
        tables=tuple(_tables(text)),
        models=tuple(_models(text)),
        defines=tuple(match[1] for line in text.splitlines() if (match := _CLASS.match(line))),
    )


def _without_strings(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return "''" + "\n" * match[0].count("\n")

    return _STRING.sub(blank, text)


def _imports(text: str) -> tuple[list[Import], dict[str, int]]:
    imports: list[Import] = []
    aliases: dict[str, int] = {}
    rows = text.splitlines()
    for number, row in enumerate(rows, 1):
        if match := _IMPORT.match(row):
            for part in match[2].split(","):
                words = part.split()
                if words:
                    aliases[words[-1] if len(words) > 1 else words[0].split(".")[0]] = len(imports)
                    imports.append(Import(words[0], 0, "", number, lazy=bool(match[1])))
        elif match := _FROM.match(row):
            names = match[4] if "(" not in match[4] else _bracketed(rows, number - 1, match[4])
            for name in names.split("#")[0].strip("() \\\t").split(","):
                words = name.split()
                if words:
                    aliases[words[-1]] = len(imports)
                    imports.append(Import(match[3], len(match[2]), words[0], number, lazy=bool(match[1])))
    return imports, aliases


def _bracketed(rows: list[str], start: int, first: str) -> str:
    taken = [first.split("#", maxsplit=1)[0]]
    for row in rows[start + 1 : start + 200]:
        if ")" in taken[-1]:
            break
        taken.append(row.split("#")[0])
    return " ".join(taken).split(")")[0]


def _uses(text: str, aliases: dict[str, int]) -> list[Use]:
    uses: list[Use] = []
    for number, row in enumerate(text.splitlines(), 1):
        if row.lstrip().startswith(("import ", "from ", "#")):
            continue
        uses.extend(
            Use(aliases[match[1]], match[2] or "", match[3] is not None, assigned=False, line=number)
            for match in _USE.finditer(row)
            if match[1] in aliases
        )
    return uses


def _tables(text: str) -> list[TableUse]:
    found: list[TableUse] = []
    for match in _STRING.finditer(text):
        if touched := tables_in(match[2] or match[3] or match[4] or ""):
            line = text.count("\n", 0, match.start()) + 1
            found.extend(TableUse(name, access, model=False, line=line) for name, access in touched)
    return found


def _models(text: str) -> list[Model]:
    models: list[Model] = []
    for number, row in enumerate(text.splitlines(), 1):
        if match := _MODEL.match(row):
            framework = "django" if match[2] == "models.Model" else "sqlalchemy"
            models.append(Model(match[1], "", framework, number))
        elif models and (match := _TABLENAME.match(row)):
            models[-1] = Model(models[-1].name, match[1], "sqlalchemy", models[-1].line)
    return models
