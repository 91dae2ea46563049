"""A programme as files that people write: items, blueprints, chapters, lessons; read, never run."""
