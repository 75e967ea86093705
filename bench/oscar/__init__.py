"""django-oscar-api, installed from its package, with the same orders: what a Python shop reaches for."""
