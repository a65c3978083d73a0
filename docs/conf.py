"""How the documentation is built: Markdown, one theme, every warning an error."""

project = "Packshot"
author = "The Packshot authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Packshot"
html_copy_source = False
html_show_sphinx = False
exclude_patterns = ["site"]
