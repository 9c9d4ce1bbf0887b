"""The help centre: articles that answer before anybody has to ask.

Read in this order: content (what an article says, in each language), writing (from a draft to what is shown),
marking (Markdown as a page may show it), stems and indexing (the words it is found by), searching (what was meant by
a question), sessions and voting (did it help?), ready (articles to begin with) and adopting.
Words: a *wording* is an article in one language, a *key* is the stem of a word as it sounds, a *visit* is one browser's
way through the help centre, a *settled* visit is one whose outcome is known.
"""
