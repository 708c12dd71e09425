"""An issue dressed for mail: HTML with inlined styles, a text part, a preheader; frozen once its audience is.

    edition     what comes out                   frame       what the publication contributes
    email       an issue's edition               letters, notices    those of letters to a reader, to the maintainer
    wording, notice_wording                      what they say in their own voice, by language
    wording_east, wording_europe                 the same in Japanese, Korean and five languages of Europe
    dressing    a template, filled and inlined   templates   where templates come from        theme    colours, fonts
    inlining    style rules into attributes      rules, premailing   by premailer, once for each kind of element
    fitting     no larger than clients show      blocks      what may be cut away
    holes       what is filled for each reader
    text        the text part                    prose, rawblocks, tables, text_writer, columns    what it is made of
    preflight   the last look
"""
