"""What a class gets in hand: lessons with predictions, and a role-play for a room of people."""
