"""Results as Markdown."""


def render(found):
    return ""
