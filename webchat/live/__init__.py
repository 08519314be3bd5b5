"""What does not survive: who listens on this node, what is passing, how fast somebody may go."""
