"""What do people ask the registry? Questions of the command line and of consoles; they change nothing.

Functions take a connection to the database and answer frozen structs, which say what is, not how it is shown.
"""

from __future__ import annotations
