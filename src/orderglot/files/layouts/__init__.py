"""The layouts of files that shops and programs export, each in its own file."""
