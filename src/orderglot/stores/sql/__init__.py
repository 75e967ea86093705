"""What the SQL databases share: the compiler of questions, and how an order becomes a row."""
