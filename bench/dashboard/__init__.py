"""How fast the dashboard answers and draws, with a million spans, 50 capabilities and 200 edges."""
