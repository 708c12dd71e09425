"""Markdown as editors really write it: markdown-it with our rules, and what is done to its tokens.

    parser        all rules together                   body          one text, parsed once for several askers
    patience      what a text may cost                 plainlines, plainlinks   the short way for what is plain

    rules for what stands in a line
    emphasis, linking   bold and addresses between Chinese words
    attributes    `{.class}`                           spaces        addresses as editors type them
    references    links by a name that nothing defines  spread        links over several paragraphs
    formulas      TeX                                  shortcodes, highlights   `:tada:`, `==words==`
    scripts       `10^6^`, `H~2~O`

    rules for blocks
    htmlblocks    HTML, where it is a block
    callouts, containers, admonitions, boxes   those of Obsidian, VuePress, MkDocs and GitBook
    tabs          what a site shows one of at a time   cells, lines   tables; lines of the source
    generators, fillings, mdx, vaults, hatena   what Jekyll and Hugo, MDX, Obsidian and Hatena would have filled in
    components    where a component of a site's own leads   players   films and posts of other sites
    marks, markwords, markpairs   one order for such a program, what it says without one, and two around words
    programs      conditions and loops of such a program
    notes         footnotes                            abbreviations   what `*[PDF]: …` says to a mouse
    definitions   terms, and what lines with `: ` below say of them
    hashes        headings without a space behind their marks   comments   what goes on behind a comment

    on the tokens
    headings, anchors, contents   levels, addresses, `[TOC]`   numbering, breaks   lists of numbers, ends of lines
    rawhtml, rawwords, tags       HTML among Markdown          furniture     task boxes, alerts, columns
    layouts       tables that only lay out a mail
    pictures, alternatives        words for those who see none, and which of them say nothing
    captions      what code is called
"""
