"""A page for case workers (*consulenten*): who has rest, whom to call, and every act, shown before it is done."""
