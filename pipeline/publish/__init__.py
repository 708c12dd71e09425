"""Door 1: a folder of issues comes in; feeds, a web archive and mailings go out.

    gather    folder -> archive: what is new or changed, and who it is
    pickup    what becomes of each issue, and why
    library   Markdown -> HTML for each target, kept until the text changes
    press     feeds and web archive, written whole or not at all
    dress     an issue and the publication's frame -> edition and envelope
    door      one pass through all of these
    decide    what a person says: approve, hold, resume, cancel, adopt, resolve
"""
