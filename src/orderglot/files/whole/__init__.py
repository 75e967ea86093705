"""Whole orders in files: written so that nothing of them is lost, and read back as they were."""
