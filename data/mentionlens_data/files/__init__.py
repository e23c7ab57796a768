"""Any labelled file in: encodings, formats, columns, and what becomes of bad rows."""
