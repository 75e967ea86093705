"""Orders out of files of order lines: which column is what, rows, lines, orders, the import."""
