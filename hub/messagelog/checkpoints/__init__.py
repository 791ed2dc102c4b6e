"""Signed heads of the tree, who cosigned them, what was sent to whom; nothing signed is ever contradicted."""
