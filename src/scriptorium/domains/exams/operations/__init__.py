"""Writing the exams."""
