"""An issue dressed for mail: HTML with inlined styles, a text part, a preheader; frozen once its audience is."""
