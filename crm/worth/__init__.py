"""What a customer is worth, and how things stand between them and the company: counted each night, told on their page.

Read in this order: stages and categories (pure: what they are, and when they change), counting (what everybody bought),
fitting (the company's cut points and its model, tested on its own past), judging (scores, stage, category and risk of
each), valuing (the night's work, in that order), company_figures (the same company as four figures).
Words: a *valuation* is one night's count; the *horizon* is how many days without a purchase the company calls lost; a
*cut point* parts the five scores; *silent* is longer without a purchase than nine of ten of the person's own gaps.
"""
