"""Who may use the console and the API, and how do they prove who they are?"""

from __future__ import annotations
