"""The face: the app over a world in memory, and over a real store."""
