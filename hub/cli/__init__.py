"""The commands, one module per noun: parse, call one function, print."""
