"""What this node signs with, and what it needs to check what others signed."""
