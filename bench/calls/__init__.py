"""What one call costs: the same question and the same answer through every rival."""
