"""Where does Celery live? Here only: the app, thin task shells, the beat schedule."""

from __future__ import annotations
