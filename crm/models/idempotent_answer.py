from django.db import models


class IdempotentAnswer(models.Model):
    """The answer a successful write gave, kept 72 hours so that a repeat with the same key gets it again,
    to the letter."""

    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="+", db_index=False)
    operation = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("shop", "operation", "key", name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
