"""The week's figures by e-mail, for colleagues who asked for them.

Read in this order: weeks (which one is over, on the company's clock), subscribing, writing (what a letter says),
sending. A letter tells of the overview as its reader may see it, in their language, and first of what really changed.
"""
