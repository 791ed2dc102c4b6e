"""Lists of messages: whatever is asked, however long the log."""
