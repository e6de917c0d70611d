"""The tests: a folder for each room, and what keeps the house in order."""
