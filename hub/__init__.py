"""What may be said to whom, and the proof that it was said: the hub carries sealed letters and cannot open them."""
