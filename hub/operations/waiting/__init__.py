"""Messages without a receipt, as an operator may want them offered again."""
