"""How a survey comes to be: drafts, what is wrong with them, changes one by one, publishing, ready-made ones."""
