"""Who gets through which door: every address of the house × everybody who may knock × own, foreign and missing objects.

`table_of_pages` and `table_of_api` say who may; `world` holds who knocks and what they ask for; `knocking` tells what
an answer means. A new address needs a line in one of the tables: the test that fails without it says which.
"""
