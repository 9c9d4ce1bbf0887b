"""Those who answer: their shifts, how the team stands, how they are read and praised."""
