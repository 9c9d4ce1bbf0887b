"""What answers tell managers: a score with its n, its interval and its change, narrowed and divided; files of answers.

Read in this order: narrowing (which answers a figure counts), counting (how many there are, in one question to the
database), privacy (what is not shown of anonymous answers), reporting (a whole report), delivering (whose silence
counts), afterwards (what people say about tickets).
"""
