"""Safe Exam Browser: what its configuration files say."""
