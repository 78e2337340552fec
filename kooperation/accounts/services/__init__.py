"""Changing accounts: signing in and out, users, memberships, consent."""
