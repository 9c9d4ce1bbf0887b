"""Surveys and feedback: what people are asked, what they say, and what becomes of it. Built on crm, knows no sibling.

Read in this order: content and questions (what a survey is), inviting (who is asked, and never too often), answering
(what counts, and what a machine sent), scoring (pure: every score with its interval), routing (whose a word is),
closing the loop (an unhappy person is called), issues (what is changed, and who hears of it).
Words: an *invitation* asks one person once, a *response* is all they answered, *feedback* is words wherever they were
said, a *theme* is what they are about, an *issue* gathers them until something has changed.
"""
