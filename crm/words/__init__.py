"""How things are said: numbers, money and dates in three languages, texts with gaps, words that nobody should read."""
