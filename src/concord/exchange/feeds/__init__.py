"""What other sites publish of their courses and activities, read into one shape."""
