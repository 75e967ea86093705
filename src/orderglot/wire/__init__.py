"""What wires are made of: messages, dialects, and the tools to read and write them."""
