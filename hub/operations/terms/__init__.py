"""Acts on terms: a partner reminded by a person, a note at the message that waits for an answer."""
