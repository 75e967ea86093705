"""The faces: dialects put to work, as servers and as clients."""
