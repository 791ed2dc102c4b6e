"""The letter that a resident keeps at hand (*rustbrief*): who has stopped collecting, who has not yet, whom to call."""
