"""The workloads of ``scriptorium bench``; they need a checkout and are not part of the package."""
