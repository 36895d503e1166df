"""What authors of a course use: releasing stubs, validating, starting new exercises."""
