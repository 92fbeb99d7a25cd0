"""How long the commands about contracts take."""
