"""Certificates as PDF: one protocol, Typst behind it, and a fake that obeys it."""
