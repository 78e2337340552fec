"""Reading for the start page, the state of what lies below a municipality, and the digest."""
