"""Tickets: what customers ask, and how colleagues answer. Built on crm, knows nothing of loyalty or surveys.

Read in this order: changing (the order of locks, what a version is), opening (which ticket a message belongs to),
states, assigning and giving (whose it is), joining (two are one, one is two); then the rooms: answering (what an agent
does), timekeeping (what is due), colleagues, scripts, help, bot, incidents.
Words: a *ticket* is one matter of one person on whatever channel, an *event* is what happened to it, a *note* is among
colleagues and never leaves, a *clock* is something that is waited for, *goodwill* makes up for something.
"""
