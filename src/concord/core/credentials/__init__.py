"""Credentials that anybody can check offline: Open Badges 3.0 on the W3C data model 2.0.

Contexts, keys, lists and the time are arguments; nothing is fetched.
"""
