"""What a partner's own endpoint must keep to, tried from outside: a test sender's letters, and what comes back."""
