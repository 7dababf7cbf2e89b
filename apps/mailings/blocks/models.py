"""What the blocks of a message were, so that a change can be undone."""
from django.db import models


class BlockStep(models.Model):
    """The blocks of a message before one change of them."""

    message = models.ForeignKey("mailings.Message", models.CASCADE, related_name="steps")
    blocks = models.JSONField()
    what = models.CharField(max_length=16)  # was done then: `add`, `edit`, `move`, `copy`, `delete`
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.what}"
