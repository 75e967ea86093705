"""What is fast here, beside what it is measured against: ``make bench``."""
