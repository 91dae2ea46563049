"""Django's backend for SQLite, with writers that give way (docs/adr/0024)."""
