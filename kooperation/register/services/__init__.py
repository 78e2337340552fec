"""Changing the register: read a file, plan what it would do, apply the plan in one short transaction."""
