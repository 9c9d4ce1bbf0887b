"""What stands under our messages. Short: an SMS pays for every letter."""

from django.urls import path

from crm.pages import contact_preferences

urlpatterns = [
    path("<str:token>/", contact_preferences.wishes, name="contact-preferences"),
    path("<str:token>/unsubscribe/", contact_preferences.unsubscribe, name="unsubscribe"),
]
