"""Lists of people as tables: pasted, CSV and XLSX in, CSV and XLSX out."""
