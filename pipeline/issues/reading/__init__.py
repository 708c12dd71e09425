"""What a file says of itself before anybody reads its text.

    manuscript    all of it, in one value: front matter above file name above first lines
    frontmatter   YAML, TOML or `Key: value` above the text      fields   each as it was typed
    given         what each field says, under all names it has   titles   what is called so by no field
    headers       such lines without fences          braces     JSON and EDN above the text
    dateline      a day above the text
    paths         how a file is called, and what its folders say
    filenumbers   the number in its name, and the title behind it      names    what the words of its name are worth
    titlenumbers  the number that a title says         ordinals        第十四期, in either
    headline      number and title as readers are shown them
    dates, years  what a day may look like, and a folder of them       periods  days, months and weeks in a name
    excerpts      title and number from the first blocks of a text, which are its beginning
    covers, descriptions   what shows and describes it there; credits do neither
"""
