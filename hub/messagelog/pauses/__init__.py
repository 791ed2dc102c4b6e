"""Partners whose messages are kept here for now, at the word of an operator."""
