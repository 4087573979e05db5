"""The tables of the exchange room, one module for each subject."""

from concord.exchange.models.uploads import Batch, Remembered, Upload

__all__ = ["Batch", "Remembered", "Upload"]
