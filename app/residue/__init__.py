"""What is left of a value: its written forms, its pieces, in bytes and in whatever they unpack to."""
