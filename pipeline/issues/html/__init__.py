"""From an issue's HTML to what mail, web and feeds may carry.

    sanitizing    the gate                             targets       the places it goes, and addresses there
    rewriting     for one of them                      colouring     code in colours
    media, embeds, recordings   films, players, sound  grids         pictures in tables
    vocabulary    the few words of our own             whole_words   columns of words in tables
    formulas      set, as `issues.tex` knows how to    drawings      in characters, whose lines do not break
"""
