"""Lists and forms of the programme. These classes only look; what they do is a verb."""
