"""The journal: every exchange as it was, secrets struck out, written behind the answers."""
