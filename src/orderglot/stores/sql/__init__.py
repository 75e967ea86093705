"""What the SQL databases share: the compiler of selections, and how an order becomes a row."""
