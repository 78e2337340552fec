"""The invented demonstration region, so that every page has something to show. One module for each feature's data."""
