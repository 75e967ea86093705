"""Webhooks: a seller's events, sent to whoever has asked for them, at least once and in order per order."""
