"""The code that the reference of the API shows, run as it stands on the world that its examples speak of."""
