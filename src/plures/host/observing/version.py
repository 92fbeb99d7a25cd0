"""Which version of an application runs: that of the package which it is in, as it was installed."""

from collections.abc import Iterable


def version_of(packages: Iterable[str]) -> str:
    """The version; empty where the packages are installed by none, or by several. It looks at all that is installed.

    Args:
        packages: Top-level packages of the application.
    """
    # Only what sends to others needs it, and it takes time to import.
    from importlib import metadata

    known = metadata.packages_distributions()
    names = {name for package in packages for name in known.get(package, ())}
    if len(names) != 1:
        return ""
    try:
        return metadata.version(names.pop())
    except metadata.PackageNotFoundError:
        return ""
