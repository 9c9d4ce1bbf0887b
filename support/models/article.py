from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class ArticleCategory(Named):
    """A shelf of the help centre."""

    slug = models.SlugField(_("short name"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category of articles")
        verbose_name_plural = _("categories of articles")
        ordering = ["position", "pk"]


class ArticleQuerySet(models.QuerySet["Article"]):
    def in_use(self, at: datetime) -> ArticleQuerySet:
        """What customers may read."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), versions__state="published")


class Article(models.Model):
    """An answer that customers find by themselves. What stands in it is its versions'."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("It stands in the address."))
    category = models.ForeignKey(
        ArticleCategory, models.PROTECT, related_name="articles", verbose_name=_("category")
    )
    topics = models.ManyToManyField(
        "support.Topic",
        blank=True,
        related_name="articles",
        verbose_name=_("topics"),
        help_text=_("Whoever asks about these is shown it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    ended_at = models.DateTimeField(_("no longer shown from"), null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["position", "pk"]
        permissions = [("publish_article", _("Can publish articles"))]

    def __str__(self) -> str:
        return self.slug

    @property
    def titles(self) -> dict[str, str]:
        """By the code of the language, as customers see them. Read with `prefetch_related("texts")`."""
        return {text.language: text.title for text in self.texts.all()}


class ArticleVersion(models.Model):
    """One wording of an article: {language: {"title", "summary", "body" (Markdown), "keywords": […], "asked": […]}}.

    A draft is written, published, and retired by the next one that is. After the draft its content never changes.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions", verbose_name=_("article"))
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    content = models.JSONField(default=dict)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint("article", "number", name="article_version_numbered_once"),
            models.UniqueConstraint(
                "article", condition=Q(state="published"), name="one_version_of_an_article_is_shown"
            ),
            models.UniqueConstraint(
                "article", condition=Q(state="draft"), name="one_version_of_an_article_is_being_written"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="article_version_shown_was_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}/{self.number}"


class ArticleText(models.Model):
    """What is shown of an article in one language, and the words it is found by. Written when it is published."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="texts")
    version = models.ForeignKey(ArticleVersion, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    plain = models.TextField(help_text="The body without its marks.")
    words = SearchVectorField(null=True, help_text="Stems as they sound, see support.help.indexing.")

    class Meta:
        verbose_name = _("text of an article")
        verbose_name_plural = _("texts of articles")
        constraints = [
            models.UniqueConstraint("article", "language", name="article_shown_once_in_a_language")
        ]
        indexes = [GinIndex("words", name="article_text_by_words")]

    def __str__(self) -> str:
        return self.title


class ArticleWord(models.Model):
    """A word that some article has, as its language's index hears it. Misspelt ones are corrected by this dictionary.

    It only grows: a word that no article has any more leads nowhere.
    """

    language = models.CharField(max_length=5)
    word = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint("language", "word", name="article_word_noted_once")]
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="article_word_by_sound")]

    def __str__(self) -> str:
        return self.word


def article_file_place(file: ArticleFile, name: str) -> str:
    return f"articles/{file.token[:2]}/{file.token}"


class ArticleFile(models.Model):
    """A picture in an article, under a random name. What it is its bytes say."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="files", verbose_name=_("article"))
    token = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=100)
    size_bytes = models.PositiveIntegerField(_("size"))
    file = models.FileField(upload_to=article_file_place, max_length=120)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("picture of an article")
        verbose_name_plural = _("pictures of articles")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ArticleVote(models.Model):
    """Was it useful? One answer of one reader; the last one counts."""

    class Answer(models.TextChoices):
        YES = "yes", _("useful")
        NO = "no", _("not useful")

    class Why(models.TextChoices):
        NOT_MY_QUESTION = "not_my_question", _("It is not about my question")
        UNCLEAR = "unclear", _("I do not understand it")
        INCOMPLETE = "incomplete", _("Something is missing")
        WRONG = "wrong", _("It is not true any more")

    article = models.ForeignKey(Article, models.CASCADE, related_name="votes", verbose_name=_("article"))
    version = models.ForeignKey(
        ArticleVersion, models.CASCADE, related_name="votes", verbose_name=_("version")
    )
    session = models.ForeignKey(
        "support.HelpSession", models.CASCADE, null=True, blank=True, related_name="votes"
    )
    source = models.CharField(max_length=60, help_text="The help centre, or the key of a shop.")
    source_id = models.CharField(max_length=200)
    language = models.CharField(_("language"), max_length=5)
    answer = models.CharField(_("was it useful"), max_length=3, choices=Answer)
    why = models.CharField(_("why not"), max_length=15, choices=Why, blank=True)
    words = models.CharField(_("in their words"), max_length=300, blank=True)
    voted_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("vote on an article")
        verbose_name_plural = _("votes on articles")
        constraints = [
            models.UniqueConstraint(
                "source", "source_id", "article", name="one_vote_of_a_reader_on_an_article"
            ),
        ]
        indexes = [models.Index("article", "voted_at", name="votes_on_an_article")]

    def __str__(self) -> str:
        return f"№ {self.pk}"
