"""By which post: the port every transport speaks, and the transports themselves, entered through the catalogue."""
