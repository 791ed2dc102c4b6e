"""The demo: private broker and database, every party as a process of its own, and the story that is checked."""
