"""The search over everything that is public: the start page, suggestions while typing, the page of results."""
