"""`mentionlens overview`: a file of mentions in, one page for a care team out."""
