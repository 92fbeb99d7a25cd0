"""JSON and the binary form, side by side: bytes, the codecs alone, and whole calls between two processes."""
