"""A dress rehearsal: the real send, to a post office of ours that does everything a post office may do wrong."""
