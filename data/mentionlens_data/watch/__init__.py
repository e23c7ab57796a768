"""`mentionlens watch`: early warning over files and streams of scored mentions."""
