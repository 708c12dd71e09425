"""To whom: the book of people, their consent, and the signed links we send them."""
