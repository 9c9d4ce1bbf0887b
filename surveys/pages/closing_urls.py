"""What becomes of what people say, inside the admin: nouns only."""

from django.contrib import admin
from django.urls import path

from surveys.pages import closing_deeds, closing_issues, closing_recoveries

app_name = "closing"
urlpatterns = [
    path("issues/", admin.site.admin_view(closing_issues.page), name="issues"),
    path("issues/new/", admin.site.admin_view(closing_issues.new), name="new"),
    path("issues/<int:pk>/", admin.site.admin_view(closing_issues.one), name="issue"),
    path("issues/<int:pk>/draft/", admin.site.admin_view(closing_issues.change), name="change"),
    path("issues/<int:pk>/steps/", admin.site.admin_view(closing_deeds.steps), name="steps"),
    path("issues/<int:pk>/steps/<int:step_pk>/", admin.site.admin_view(closing_deeds.step), name="step"),
    path(
        "issues/<int:pk>/feedback/<int:feedback_pk>/removal/",
        admin.site.admin_view(closing_deeds.removal),
        name="removal",
    ),
    path("issues/<int:pk>/closing/", admin.site.admin_view(closing_deeds.closing), name="closing"),
    path("issues/<int:pk>/opening/", admin.site.admin_view(closing_deeds.opening), name="opening"),
    path("issues/<int:pk>/words/", admin.site.admin_view(closing_deeds.words), name="words"),
    path("issues/<int:pk>/news/", admin.site.admin_view(closing_deeds.news), name="news"),
    path("recoveries/", admin.site.admin_view(closing_recoveries.page), name="recoveries"),
    path("recoveries/<int:pk>/", admin.site.admin_view(closing_recoveries.explanation), name="explanation"),
]
