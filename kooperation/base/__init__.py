"""What no feature owns: database, configuration, forms, errors, hooks, index, jobs, text."""
