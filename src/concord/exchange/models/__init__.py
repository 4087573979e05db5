"""The tables of the exchange room, one module for each subject."""

from concord.exchange.models.duplicates import Decision, LikelyPair, Merge, Scan
from concord.exchange.models.uploads import Batch, Remembered, Upload

__all__ = ["Batch", "Decision", "LikelyPair", "Merge", "Remembered", "Scan", "Upload"]
