"""The floors: each dialect written by hand over the bare driver, and a fixed response.

It is what somebody would write who needs one vendor's three calls and nothing else: one function for
a dialect, one statement a query, no layer between. It reads and writes the tables of an order book,
checks the hash of the key, is limited to that caller's orders, and gives the same responses. It
imports nothing of ``orderglot``; only the command that serves it does.
"""
