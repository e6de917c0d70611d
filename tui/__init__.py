"""The face: everything a person at a terminal touches, the full-screen app and the command line."""
