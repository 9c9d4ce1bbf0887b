"""Requests of ours to addresses that somebody typed: what they reach is public, and nothing they answer is trusted.

A shop may type any address, and so might whoever stole its password. Without care the house would knock at its own
database, at a cloud's metadata, or at a neighbour in the same rack, and tell what was answered (SSRF).
"""
