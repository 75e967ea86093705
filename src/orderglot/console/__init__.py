"""The console: the order book for people with a browser, through the operations of our own API."""
