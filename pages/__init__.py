"""What the five vendors' pages print: every example request, and whether it is answered so."""
