"""Mails: written into an outbox in the transaction of what they tell, sent by the worker until they have arrived."""

from kooperation.base.mail.writing import compose, link, post

__all__ = ["compose", "link", "post"]
