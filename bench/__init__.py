"""What is measured: figures of this machine, as ratios to a goal or to something else in the same run."""
