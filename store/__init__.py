"""The memory: tables, migrations, one operation per use case, and the feeds that bring events in."""
