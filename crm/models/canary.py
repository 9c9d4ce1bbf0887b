from django.db import models


class Canary(models.Model):
    """When a task last came all the way through beat, broker and worker to here. One row, written over."""

    name = models.CharField(max_length=20, primary_key=True)
    sang_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return self.name
