"""The official register of territorial units: its files, editions and changes, and the pages that show it."""
