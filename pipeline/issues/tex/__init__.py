"""Formulas: TeX read once into a tree of MathML, and written from it for each target.

    reading    TeX, as its author typed it, into a tree that holds nothing but what the writers know
    mathml     the tree for a browser
    linear     the tree in one line, as HTML for mail and feeds and as words for a text
    letters    bold, script and the like as Unicode has them

Whatever cannot be set stays as it was typed.
"""
