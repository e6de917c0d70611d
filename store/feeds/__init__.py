"""What brings events in: a mapping says how a file's columns read as our fields, a feed reads the file.

`reading.open_feed` is the door. Each form of file is one module beside it that turns a stream of bytes
into the items of `rows`; what a cell means is decided in one place for all of them.
"""
