"""The dashboard's page about customers, a file for each question: see config.dashboard.

Most of it is read from the census of the latest night (crm.worth.census), so a page costs the same however many
customers there are. What a night found is told as of that night, and beside what an earlier night found.
"""
