"""Who is asked, when and by which way; and why somebody is not.

Read in this order: inviting (the one door), drawing (on which day whose turn is), telling (in which words), occasions
and triggering (after what happened), waves (over a quarter, day by day), reminding (once), retelling (whoever was not
reached), buttons (a score tapped in a messenger), scheduling (what staff decide about all this), tasks.
"""
