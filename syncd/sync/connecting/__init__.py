"""How does somebody make a connection, try it, give it its secrets, pause it and take it away again?"""

from __future__ import annotations
