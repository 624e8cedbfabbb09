"""What is syncd, and which version is this? A web shop's customer registry kept the same as an ERP's contractors."""

from __future__ import annotations

__version__ = "0.1.0"
