"""By which hour and to whom: mailings and deliveries, their ledger, and the one door out (`send`).

    mailing       what a mailing and a delivery are, and how they may change; `ledger/` is the book of them
    reasons       why a mailing waits, in so many words
    send          a thread a sender: deliver until nothing is due, or serve for ever
    dispatch      what all senders share            terms         the owner's settings and the post's nature
    sender_queue  what one sender has in hand       recorder      its commits: outcomes out, claims in
    judging       what each answer of the post leads to                      crew    which senders are at work
    welcome       how the post receives us, told by all of them
    board         what is on the wire, for whoever finds us dead
    presence      who is alive, and what the dead held                       contact   whether the ledger answers
    inquiry       asks a provider about doubts      quarantine    deliveries at which a process died, one by one

    messages      from a claim to a message         compose       a stencil for each edition, filled for each reader
    envelope      what a mailing's messages share   headers, mime, links, dkim, dkim_key    the parts of one

    pace          a rate over all processes         ramp          slowly at first, after a rest
    domains       the same for each mail domain     warm_up       a new sender's first weeks
    refusal_brake   too many refusals: a person looks

    watching      a mailing as it runs              waiting       why it stands still
    highwater     an older copy of the ledger is known by its mark
"""
