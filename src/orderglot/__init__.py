"""Orderglot: one order book that speaks every partner's order API."""
