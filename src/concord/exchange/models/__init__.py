"""The tables of the exchange room, one module for each subject."""

from concord.exchange.models.duplicates import Decision, HeldMerge, LikelyPair, Merge, Scan
from concord.exchange.models.exports import Export
from concord.exchange.models.feeds import FeedEntry, FeedGot, FeedRaw, FeedRun, FeedSource
from concord.exchange.models.hooks import Delivery, Hook
from concord.exchange.models.uploads import Batch, Remembered, Upload

__all__ = [
    "Batch",
    "Decision",
    "Delivery",
    "Export",
    "FeedEntry",
    "FeedGot",
    "FeedRaw",
    "FeedRun",
    "FeedSource",
    "HeldMerge",
    "Hook",
    "LikelyPair",
    "Merge",
    "Remembered",
    "Scan",
    "Upload",
]
