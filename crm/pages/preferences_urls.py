from django.urls import path

from crm.pages import preferences

app_name = "preferences"
urlpatterns = [
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
]
