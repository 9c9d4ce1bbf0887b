"""Customers, their orders, and the one timeline that everything else is told through.

Read in this order: facts (what can happen to a customer), timeline (the only writer of history), feed (the order
of history), relay (how others hear of it); then the rooms: people (whose is this e-mail, phone or card), purchases,
messages, consents, segments.
Words: a *fact* is what happened, an *entry* is where it stands on a timeline, the *feed* is all entries in commit
order, a *reaction* is what somebody does about a fact.
"""
