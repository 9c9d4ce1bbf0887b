"""Surveys and feedback: what people are asked, what they say, and what becomes of it. Built on crm, knows no sibling.

Read in this order: content and questions (what a survey is), writing (how it comes to be), asking (who is asked, and
never too often), answers (what counts, and what a machine sent), scores (pure: each with its interval) and reports,
feedback (whose a word is), closing (an unhappy person is called, something is changed, and who hears of it), staff.
Words: an *invitation* asks one person once, a *response* is all they answered, *feedback* is words wherever they were
said, a *theme* is what they are about, an *issue* gathers them until something has changed.
"""
