"""Where units lie on a map: the projection of their coordinates, the picture, the names in it."""
