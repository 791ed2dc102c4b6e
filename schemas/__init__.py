"""What is said: the messages, their codes and identifiers. Imports nothing of hub or adapters."""
