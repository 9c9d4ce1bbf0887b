"""Points, tiers and rewards. Built on crm, knows nothing of surveys or support.

Read in this order: ledger (the only writer of points, and the proof of its invariants), effects and rules (what a
purchase earns), points (earning, reversal, spending, holds: a verb a file), tiers and tiering, rewards, members,
connectors (codes by which points pay in the carts of shops' own systems).
Words: a *lot* is points of one earning with its own expiry, a *hold* sets points aside for a checkout, a *capture*
pays with them, a *tier* is what a member has risen to, an *effect* is what a rule gives.
"""
