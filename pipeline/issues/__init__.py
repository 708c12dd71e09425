"""What we say: from a file in the editor's folder to an Issue, and the book of issues.

    issue         an issue as its author wrote it      record, archive/   as the book of issues knows it
    folder        which files are issues               patterns      which names may be
    files         what issues show beside their words  knitting      which are the source of others
    decoding      bytes to clean text                  history       the day a file was first committed
    cjk           Chinese, Japanese and Korean signs   likeness      how alike two texts are
    roots         folders that an address may name

    reading/      what a file's name, fields and first lines say of it
    markdown/     its Markdown, parsed: what editors write, in all its dialects
    html/         its HTML, cleaned, and made fit for mail, web and feeds
    tex/          its formulas, as a browser, a mail and a text can show them
    document      from the one to the other            report        what is noticed on the way
"""
