"""What clients send: checked, then stored once, whatever order it comes in and however often."""
