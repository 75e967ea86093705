"""The floors of cost: each dialect written by hand over the bare driver, and a fixed answer.

What stands here is what somebody would write who needs one vendor's three calls and nothing else:
one function for a dialect, one statement a question, no layer between. It reads and writes the
tables of an order book as they are, proves who is connected by the hash of the key, looks at that
caller's orders alone, and gives the same answers. It knows nothing of ``orderglot``.
"""
