"""The figures in the documentation, measured on this machine: `avviso bench`.

    sink          a mail server that takes everything and keeps nothing      delay      a connection with a delay
    publication   a folder with one issue and many readers, ready to go out  engine     the real send, timed
    rivals        what others would use for the same mail                    contest    rounds, medians, ratios
    report        tables for people and an SVG for the documents             simulation   many machines, played

Everything that is measured is a process of its own, so that its processor time and its memory are its own.
"""
