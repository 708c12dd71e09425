"""The first day: what lies in a folder, the settings file that fits it, and a small publication to try."""
