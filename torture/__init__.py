"""Failure tests: a bounded run of what usually breaks an order book, each trial with figures."""
