"""The answer bot: it answers first where that was wished, from articles and from what a customer's own account holds.

Read in this order: duty (where it answers), hearing (does it take this message?), phrases and understanding (what to
do about it, pure), finding (what could answer it: by words, by meanings in likening, and by how others asked in
guessing), tools (what it may look up), answering, handing_over, sweeping (nothing is lost).
It says nothing that does not stand in an article or in the account, and a person is always one word away.
"""
