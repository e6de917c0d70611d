"""One file per command: each takes the parsed options, asks the store, and prints."""
