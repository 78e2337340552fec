"""Who may do what: users, memberships, consent, sign-in, and the guard that is the only door."""
