"""The outside companies of the suite: `crm.demo.providers`, driven so that they bring and fail as a test wants.

`companies` starts them for a test; `bringing` pushes what they bring through our own doors, in every disorder.
"""
