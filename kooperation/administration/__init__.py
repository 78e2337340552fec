"""Looking after the instance: the pages of its administrators."""
