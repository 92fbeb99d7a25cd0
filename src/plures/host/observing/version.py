"""Which version of an application runs: that of the package which it is in, as it was installed."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, version


def version_of(packages: Iterable[str]) -> str:
    """The version; empty where the packages are installed by none, or by several. It looks at all that is installed.

    Args:
        packages: Top-level packages of the application.
    """
    known = packages_distributions()
    names = {name for package in packages for name in known.get(package, ())}
    if len(names) != 1:
        return ""
    try:
        return version(names.pop())
    except PackageNotFoundError:
        return ""
