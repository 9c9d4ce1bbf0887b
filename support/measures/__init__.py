"""The desk's figures, each with its definition, its n and its interval. Pure: no model, no clock.

A *story* is what the clocks of one ticket tell; tickets that were merged are one story.
"""
