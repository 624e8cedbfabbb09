"""Files that come out of the console, and files that are put into it."""
