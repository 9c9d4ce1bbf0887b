"""The demo's chapter about what customers say: the delivery in Varna, which was good until last month.

Read in this order: questions (what is asked, and of whom this morning), occasions (when it is asked), answers (two
months of scores), story (who was unhappy, and what is done about it).
"""
