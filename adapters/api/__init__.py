"""What the HTTP APIs of adapters share by the NL API Design Rules: problems, and the frame around each answer."""
