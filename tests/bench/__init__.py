"""Benches: ratios inside one run, printed beside their goals and kept in build/bench/<name>.json.

`make bench` runs them all; `python -m tests.bench timeline relay` runs some. They share one database on an embedded
server of their own that keeps its promises to the disk; what a bench fills stays for the next run.
"""
