"""What administrators change: memberships of others, legal pages, what was reported, mails that did not arrive."""
