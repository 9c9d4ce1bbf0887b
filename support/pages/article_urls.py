"""The help centre, for those who keep it, inside the admin."""

from django.contrib import admin
from django.urls import path

from support.pages import article_editor, articles

app_name = "articles"
urlpatterns = [
    path("", admin.site.admin_view(articles.page), name="list"),
    path("<int:pk>/", admin.site.admin_view(article_editor.article), name="article"),
    path("<int:pk>/check/<slug:language>/", admin.site.admin_view(article_editor.check), name="check"),
    path("<int:pk>/pictures/", admin.site.admin_view(article_editor.pictures), name="pictures"),
    path("<int:pk>/withdrawal/", admin.site.admin_view(article_editor.withdrawal), name="withdrawal"),
]
