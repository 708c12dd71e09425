"""What other people's programs make of our feeds: `make witnesses`, or `python -m tests.witnesses FOLDER_OF_ISSUES`.

    validator   the W3C's for feeds, in the repository that FEEDVALIDATOR names, and for pages, the jar VNU
    programs    feedparser, newsboat, sfeed and two readers from npm, each asked for what it found in every format
    post        newsboat and rss2email: what they call new after issues were renamed, edited and so on

Not part of the suite, which has a test of its own for each rule: these programs are not ours to install.
Each that is not there is named and left out.
"""
