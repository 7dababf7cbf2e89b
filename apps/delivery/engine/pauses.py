"""How long a provider is left alone, where its words say more than "slower".

What is known of Google, Yahoo, Apple and Microsoft is from their own help pages and from the rules
that other mail servers ship. Whoever says nothing special is asked again soon; see `slowing`.
"""
import re
from datetime import timedelta

IN_MINUTES = (
    (r"unusual rate of", 10),  # Gmail, 4.7.28
    (r"\[(?:TSS|IPTS)05\]", 240), (r"\[(?:TSS|IPTS)04\]", 120), (r"\[BL\d+\]", 120),  # Yahoo
    (r"\[TS0\d\]", 30),
    (r"\[(?:HCM1|BS02)\]", 15),  # Apple
    (r"temporarily rate limited due to ip reputation", 30),  # Microsoft
)
ASKED = [(re.compile(words, re.IGNORECASE), timedelta(minutes=minutes))
         for words, minutes in IN_MINUTES]
FOR_GOOD = timedelta(hours=1)  # after a refusal that waiting alone hardly cures
NONE = timedelta(0)


def pause_asked(reply: str) -> timedelta:
    """Return how long the provider of this reply is to be left alone at the least."""
    asked = [pause for words, pause in ASKED if words.search(reply)]
    if reply.startswith("5"):
        asked.append(FOR_GOOD)
    return max(asked, default=NONE)
