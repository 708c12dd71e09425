"""A dress rehearsal: the real send, to a mail server of ours that does everything a mail server may do wrong."""
