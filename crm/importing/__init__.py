"""A shop's past comes in: orders and credits from a file, with their own dates, once.

Read in this order: files (what was given to us, and its rows), layouts (what kind of file, and which rows are sales),
rows (one of them, read or refused), reading (rows → staging), planning (staging → invoices and credits by date),
applying (a chunk of those → orders, returns, facts), matching (which sold line a credit takes back), running (all of
it, from wherever it stood), reporting (what became of it).
Words: a *document* is an invoice or a credit; a *job* is one file on its way in; a *leg* is a stretch of work between
two starts, over which the rate is counted.
"""
