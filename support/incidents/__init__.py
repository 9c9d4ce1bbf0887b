"""Incidents: something went wrong for many at once, and they hear of it before they ask.

Read in this order: drafting (what is written before anybody is told), affecting (who is affected, counted and
settled), announcing (each is told once, however often it is killed), linking (tickets that are about it), resolving
(one answer to all), goodwill (points for everybody, within a budget), then bursts and watching (who notices one).
Words: an *affected* person has an order that the incident touches; a *telling* is one person and one notice; a *burst*
is many more tickets of one topic than at this hour of other weeks.
"""
