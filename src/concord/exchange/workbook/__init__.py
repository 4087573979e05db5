"""The workbook: what its sheets and columns hold, writing it, and understanding what comes back."""
