"""The counter of DDAS: writing facts down with the acts, putting deliveries together, and who may fetch them."""
