"""Items as QTI 3.0 packages (1EdTech): written for other systems, read with suspicion."""
