"""A simulated Abicart shop: what it holds and enforces, and how it speaks JSON-RPC."""
