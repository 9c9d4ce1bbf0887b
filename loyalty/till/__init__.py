"""The till page, for a shop whose till cannot speak to us: a member is found, buys, pays with points, brings back.

Everything lands in orders, returns and the ledger as it does through the API; an operation notes who did it, once per
key that the page makes.
"""
