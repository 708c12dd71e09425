"""A dress rehearsal: the real send, to a mail server of ours that does everything a mail server may do wrong.

    rehearse      a server, a sender that is killed and started again, and who looks on
    publication   the copy that is sent         readers      who gets it, and what becomes of each message
    sender        the process that is killed    review       what came of it
    server        the mail server               behaviour    how it behaves
      connection, receiving, session            bytes, messages, commands
"""
