"""The counter of the debt helper's API: who may come in, what is written down of it, how it is answered."""
