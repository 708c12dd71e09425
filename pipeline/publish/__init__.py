"""Door 1: a folder of issues comes in; feeds, a web archive and mailings go out.

    publisher   one pass through all of these, in which
    gather      takes the folder into the archive      inventory     what one look at it found
    depletion   too much is gone to be believed        stall         a pass came to nothing
    parsing     reads a file to the end                description   finds the words below a title
    identity    says which issue a file is             apart         where files share a name by habit
    overwritten   a new issue saved over an old one
    naming      says where it is for ever, and since when
    pickup      decides what becomes of each issue     decide        what a person says of one
    agenda      enters its mailings, and moves them while its file moves; copies says which would mail a text twice
    departures  begins them                            clock_guard   says that somebody set the clock
    dress       makes the edition and the envelope     samples       the same, in messages that are nobody's delivery
    planning    the pass as it would be

    display     what readers see beside mail           builder       feeds and web archive, whole or not at all
    build       one build at work, with its toolkit    manifest      what the last one left
    seal        whether all of that still stands, told at a glance
    renderer    Markdown -> HTML, kept until the text changes; rendering does it, from value to value
    render_tasks   pages and documents made whole by a process of the worker_pool
    lazy_entries   issues that are loaded when they are shown
    permalinks  where each issue is for ever           adoption      what another program's feed said of that
    bucket, s3  a store that shows it to readers       hubs          who is told of it

    matters     what a maintainer should hear of       notifier      who hears of it once
    cadence     when the next issue would come         overview, shapes   what `status` and `--json` show
    new_issue   its file
"""
