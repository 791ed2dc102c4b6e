"""What is due on the ladders of terms: reached once, told until it is told."""
