"""A search for better settings of a run: trials, the best of which becomes the run."""
