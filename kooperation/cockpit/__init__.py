"""The start page: what this is, and for whoever is signed in what concerns their municipality."""
