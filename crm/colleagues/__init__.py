"""Those who work here: how they come, sign in, and what each has to do."""
