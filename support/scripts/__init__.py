"""Scripts: what to say and do in a hard conversation, step by step, well on anyone's shift.

Read in this order: content (what a script is: a tree of steps), variables (what its texts may speak of), checking
(what is refused before others use it), publishing (from a draft to what is played, past another person), then playing.
Words: a *step* is said, asked, checked, done, noted or the end; a *choice* leads to the next one; a *must-say* is a
step whose words may not be left out; a *waiver* names a language that a version knowingly does without.
"""
