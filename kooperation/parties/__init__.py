"""Whoever can take part in a cooperation: municipalities and their place in the hierarchy."""
