"""How an address names a folder that it does not begin at: the marks of site generators end in one of these."""

IN_CONTENT = "@/"
"""With Zola, the root of the folder of all pages: `@/blog/paper.md` is a page, called by its file."""
IN_ASSETS = "@asset_img/"
"""With Hexo, the folder of what belongs to an issue, called like its file: `ink/` beside `ink.md`. No author has a
folder of this name, as some have `@assets/`."""
