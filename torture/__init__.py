"""Torture: a bounded run of what usually breaks an order book, each trial with a figure."""
