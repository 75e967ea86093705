"""The trials: one module for each thing that is tried; being in this folder is being tried."""
