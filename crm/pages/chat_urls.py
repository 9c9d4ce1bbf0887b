from django.urls import path

from crm.pages import chat

app_name = "chat"
urlpatterns = [
    path("<str:key>/", chat.window, name="window"),
    path("<str:key>/visitors/", chat.visitors, name="visitors"),
    path("<str:key>/messages/", chat.messages, name="messages"),
    path("<str:key>/reading/", chat.reading, name="reading"),
]
