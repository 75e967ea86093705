"""Where the processes that serve one book leave what each of them counts."""

COUNTS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names that folder to prometheus-client; it is read as that is imported."""
