"""Work that runs by itself: pulls, placings, write-backs and tidying, under leases in the book."""
