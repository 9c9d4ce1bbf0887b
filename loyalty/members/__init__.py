"""Who takes part: joining, moving in, being one person, cards, friends who are brought."""
