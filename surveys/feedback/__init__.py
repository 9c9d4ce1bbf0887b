"""What people say about us, wherever they say it: it reaches the one department that can change something.

Read in this order: theming (pure: what a text is about, by words), ready (themes and departments to begin with),
ruling (by which words a theme is known, tried on what was said last), routing (whose a text is, and until when),
hearing (comments of surveys and tickets become feedback), reviews and importing (a file of them), correcting (a
colleague knows better), finding (the inbox).
Words: a *clue* is the beginning of a word, or of a few words in a row; a *theme* is what a text is about; a *label* is
a colleague's word on it, and what rules are measured by.
"""
