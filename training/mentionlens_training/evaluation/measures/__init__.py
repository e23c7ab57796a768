"""From answers to figures: scores with intervals, calibration, coverage, slices, mistakes."""
