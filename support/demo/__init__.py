"""The demo's chapter about the desk: who answers, what is promised, what articles say, two weeks of conversations, and
this morning.
"""
