"""The hub: the one place where stores, dialects and faces meet."""
