"""Synchronising with vendors: pulling their orders into a book, placing the book's with them."""
