"""Private files by their content: one protocol, a folder behind it, and a fake that obeys it."""
