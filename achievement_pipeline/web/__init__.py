"""The page on which the user looks and decides, on this machine: `achievements web`.

It works without scripts; the one there is adds keys. Nothing is loaded from anywhere else.
"""

from achievement_pipeline.web.app import create_app

__all__ = ["create_app"]
