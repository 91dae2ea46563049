"""Sending mail: one protocol, a folder or an SMTP server behind it."""
