"""What the hub does with vendors: it pulls their orders into a book, and places the book's with them."""
