"""What does syncd cost beside other ways to do the same? `make bench` measures."""

from __future__ import annotations
