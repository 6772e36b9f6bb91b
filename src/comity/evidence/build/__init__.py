"""Build the pack from the publishers' files."""
