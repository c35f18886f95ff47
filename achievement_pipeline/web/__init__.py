"""The page on which the user looks and decides, on this machine: `achievements web`.

It works without scripts; the one there is adds keys. Nothing is loaded from anywhere else.
"""
