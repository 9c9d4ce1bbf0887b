"""Customers grouped by what is known about them and by what they did.

Read in this order: errors, asking (whom a segment is about, and how everybody is asked), writing (names and
conditions), counting (how many it would be, while one still builds), waiting (who is to be looked at), membership
(who is in, kept up from the feed),
sweeping (what only the clock changes), explaining (why she is in and he is not), snapshots.
Words: somebody *enters* and *leaves* a segment, and both are facts; a segment is *filled* once everybody was asked by
its conditions as they stand; to *sweep* is to ask everybody anew.

Whoever is in a segment when it is filled for the first time, or after its conditions changed, has not entered it:
nothing happened to them, and nobody is to be written to for it. Facts tell of those who come and go afterwards.
"""
