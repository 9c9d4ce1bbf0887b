"""The demo company "Липа": tea, cosmetics and gifts, with two years behind it.

Read in this order: characters (whom the story is about), company (shops, shelves, staff), catalogue, names, rhythm
(who buys when), baskets (what), orders (how an order goes), lives, history (thousands of lives, written at once), of
which people, purchases and entries are the parts, trickle (it goes on).
Everything is invented, dated relative to now, and the same for one seed.
"""
