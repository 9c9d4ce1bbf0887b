"""What somebody allows and wants of us: consents, preferences, the hours in which nobody is woken."""
