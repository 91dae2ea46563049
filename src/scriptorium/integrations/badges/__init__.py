"""Open Badges 3.0: documents, signatures, status lists, baked pictures, and the key files."""
