"""allauth's names for the pages of a second factor, because it reverses them itself; our guard around each."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache

from crm.pages.second_factor import PasskeyAddition, TotpActivation, shown_first

urlpatterns = [
    path("", base.index, name="mfa_index"),
    path("authenticate/", base.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", base.reauthenticate, name="mfa_reauthenticate"),
    path(
        "app/", never_cache(login_required(shown_first(TotpActivation.as_view()))), name="mfa_activate_totp"
    ),
    path("app/removal/", shown_first(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "codes/", never_cache(shown_first(recovery_codes.view_recovery_codes)), name="mfa_view_recovery_codes"
    ),
    path(
        "codes/new/", shown_first(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path("passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/new/", login_required(shown_first(PasskeyAddition.as_view())), name="mfa_add_webauthn"),
    path("passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/removal/", shown_first(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/name/", shown_first(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
]
