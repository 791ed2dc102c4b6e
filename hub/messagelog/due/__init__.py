"""What is due: what the keeper must offer again, give up, or say."""
