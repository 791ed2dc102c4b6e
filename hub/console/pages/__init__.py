"""The screens: each module one noun, each function one page. They ask stores, they call pure rules, they render."""
