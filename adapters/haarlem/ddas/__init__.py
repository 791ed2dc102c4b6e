"""What DDAS wants to know of a case: facts, and the trajectory that follows from them; the national model in ours."""
