"""How Sphinx makes the documentation site: `make docs`. The pages are the Markdown files of the repository, where they are."""

from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

project = "Plures"
author = "The Plures maintainers"
copyright = "The Plures maintainers"  # noqa: A001 - the name that Sphinx reads

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**"]
exclude_patterns = [".*", "bench", "marketplace", "node_modules", "requirements", "site", "src", "tests"]

myst_heading_anchors = 4
# Docstrings write names of the code as Markdown does.
default_role = "code"

napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False

html_theme = "furo"
html_title = "Plures"
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("doctree-read", show_folders_without_link)
    app.connect("build-finished", lead_to_the_first_page)


def show_folders_without_link(app: Sphinx, doctree: nodes.document) -> None:
    """A folder of the repository has no page."""
    page = app.env.doc2path(app.env.docname)
    for link in list(doctree.findall(pending_xref)):
        if link["reftype"] == "myst" and (page.parent / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def lead_to_the_first_page(app: Sphinx, failure: Exception | None) -> None:
    """The first page is in docs/, and a reader begins at the top."""
    if failure is None and app.builder.format == "html":
        target = f"{root_doc}.html"
        page = f'<!doctype html><meta http-equiv="refresh" content="0; url={target}"><a href="{target}">Plures</a>\n'
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")
