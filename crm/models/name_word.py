from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class NameWord(models.Model):
    """A word that somebody is called by, as search hears it (crm/sql/search.sql); kept by triggers on customers.

    A misspelt name is corrected by this dictionary, which is small, and only then looked for among people. Without
    a unique key on purpose: two who bring the same new word need not wait for one another.
    """

    word = models.TextField()

    class Meta:
        indexes = [
            models.Index("word", name="name_word_by_itself"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="name_word_by_sound"),
        ]

    def __str__(self) -> str:
        return self.word
