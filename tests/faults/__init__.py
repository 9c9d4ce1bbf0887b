"""The whole house as it is run, killed and restarted at random while shops work with it: nothing acknowledged is lost,
nothing is done twice."""
