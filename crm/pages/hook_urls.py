from django.urls import path

from crm.pages import hooks

app_name = "hooks"
urlpatterns = [
    path("<slug:channel>/<str:key>/", hooks.hook, name="hook"),
]
