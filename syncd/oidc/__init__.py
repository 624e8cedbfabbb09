"""Who is it that a browser brings back from the identity provider? OpenID Connect by authorization code and PKCE.

Signatures are joserfc's matter; the few requests go through `syncd.http` like all others.
"""

from __future__ import annotations

from syncd.oidc.provider import BACK, Provider
from syncd.oidc.step import Step, begin, keep, kept
from syncd.oidc.token import Proven

__all__ = ["BACK", "Proven", "Provider", "Step", "begin", "keep", "kept"]
