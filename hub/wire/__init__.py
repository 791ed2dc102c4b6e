"""The wire protocol (wire.md): what bytes mean, who made them and for whom. Pure but for `keys` and `link`."""
