"""Forms of the nouns. Field names are the models' field names."""
from .mailings import MailingForm
from .messages import MessageForm
from .recipients import RecipientForm

__all__ = ["MailingForm", "MessageForm", "RecipientForm"]
