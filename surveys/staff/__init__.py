"""What colleagues say of working here, so that nobody can tell who said what: by construction, not by promise.

Read in this order: asking (who was asked), answering (what is kept, and how no row tells whose it is), results (what is
shown, and what would tell somebody by subtraction).
"""
