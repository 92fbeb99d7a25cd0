"""Finds facts in a file that Python cannot parse, such as an older dialect, half a merge or a typing mistake. Only approximates."""

import re

from .facts import Import, ModelClass, ModuleFacts, TableUse, Use
from .sql import tables_in

_IMPORT = re.compile(r"^([ \t]*)import[ \t]+([\w. ,\t]+)")
_FROM = re.compile(r"^([ \t]*)from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import\b[ \t]*(.*)")
_LONG_IMPORT = re.compile(r"^([ \t]*from[ \t]+[.\w]+[ \t]+import[ \t]*)(\([^)]*\)|(?:[^\n]*\\\n)+[^\n]*)", re.MULTILINE)
_MODEL = re.compile(r"^class[ \t]+(\w+)\(.*\b(models\.Model|Base|BASE|ModelBase)\b.*\)")
_TABLENAME = re.compile(r"^[ \t]+__tablename__[ \t]*=[ \t]*['\"](\w+)['\"]")
_STRING = re.compile(r"(\"\"\"|''')(.*?)\1|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'", re.DOTALL)
# `except A, b:` binds a name in Python 2; `except A, B:` lists classes in Python 3.14.
_PYTHON_2 = re.compile(
    r"^[ \t]*(?:print[ \t]+(?:[\w'\"]|>>)|except[ \t]+[\w.() ,]+,[ \t]*[a-z_]\w*[ \t]*:|raise[ \t]+[\w.]+[ \t]*,|exec[ \t]+['\"\w])|<>|`|\bur''|\b0[0-7]+\b",
    re.MULTILINE,
)
_USE = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.(\w+))?[ \t]*(\()?")


def scan(text: str, lines: int, problem: str) -> ModuleFacts:
    """Facts that patterns find line by line."""
    code = _on_one_row(_without_strings(text))
    imports, aliases = _imports(code)
    return ModuleFacts(
        lines=lines,
        problem=problem,
        imports=tuple(imports),
        uses=tuple(_uses(code, aliases)),
        tables=tuple(_tables(text)),
        models=tuple(_models(text)),
        python_2=_PYTHON_2.search(code) is not None,
    )


def is_python_2(text: str) -> bool:
    """Whether a text that Python cannot parse is one of Python 2."""
    return _PYTHON_2.search(_on_one_row(_without_strings(text))) is not None


def _without_strings(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return "''" + "\n" * match[0].count("\n")

    return _STRING.sub(blank, text)


def _on_one_row(text: str) -> str:
    """The text with every import statement in one row, followed by as many empty rows as it took before."""

    def join(match: re.Match[str]) -> str:
        names = " ".join(row.split("#")[0].rstrip(" \\") for row in match[2].splitlines())
        return f"{match[1]}{names.strip('()')}" + "\n" * match[2].count("\n")

    return _LONG_IMPORT.sub(join, text)


def _imports(text: str) -> tuple[list[Import], dict[str, int]]:
    imports: list[Import] = []
    aliases: dict[str, int] = {}
    for number, row in enumerate(text.splitlines(), 1):
        if match := _IMPORT.match(row):
            for words in _words(match[2]):
                aliases[words[-1] if len(words) > 1 else words[0].split(".")[0]] = len(imports)
                imports.append(Import(words[0], 0, "", number, lazy=bool(match[1])))
        elif match := _FROM.match(row):
            for words in _words(match[4]):
                aliases[words[-1]] = len(imports)
                imports.append(Import(match[3], len(match[2]), words[0], number, lazy=bool(match[1])))
    return imports, aliases


def _words(names: str) -> list[list[str]]:
    return [
        words
        for name in names.split("#", maxsplit=1)[0].split(";", maxsplit=1)[0].split(",")
        if (words := name.strip("() \t").split())
    ]


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


def _models(text: str) -> list[ModelClass]:
    models: list[ModelClass] = []
    for number, row in enumerate(text.splitlines(), 1):
        if match := _MODEL.match(row):
            framework = "django" if match[2] == "models.Model" else "sqlalchemy"
            models.append(ModelClass(match[1], "", framework, number))
        elif models and (match := _TABLENAME.match(row)):
            models[-1] = ModelClass(models[-1].name, match[1], "sqlalchemy", models[-1].line)
    return models
