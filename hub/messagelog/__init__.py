"""What the hub keeps and can prove."""
