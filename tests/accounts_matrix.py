"""The rows of the access matrix for allauth's own pages.

Who is logged in has no business at the doors in; PUT is POST to its forms.
"""
from tests.matrix import DONE, METHODS, everybody, row

AWAY = everybody(302)
ENTRANCE = {method: row(302, anonymous=200 if method in ("GET", "HEAD", "POST", "PUT") else 405)
            for method in METHODS}
OPEN_FORM = {method: everybody(200) for method in ("GET", "POST", "PUT")}
OPEN_PAGE = {"GET": everybody(200)}
OWN_FORM = {"GET": row(200), "POST": row(DONE), "PUT": row(DONE)}
ACCOUNTS = {
    "account_login": ENTRANCE,
    "account_signup": ENTRANCE,
    "account_logout": {"GET": row(200, anonymous=302), "POST": AWAY},
    "account_inactive": OPEN_PAGE,
    "account_reset_password": OPEN_FORM,
    "account_reset_password_done": OPEN_PAGE,
    "account_reset_password_from_key": {method: everybody(200) for method in METHODS},  # no key
    "account_reset_password_from_key_done": OPEN_PAGE,
    "account_email_verification_sent": OPEN_PAGE,
    "account_confirm_email": {"GET": everybody(200), "POST": everybody(404)},  # nobody's key
    "account_confirm_login_code": {method: AWAY for method in METHODS},  # no login is under way
    "account_reauthenticate": OWN_FORM,
    "account_email": OWN_FORM,
    "account_change_password": OWN_FORM,
    # The cast has no second factor, and is asked for the password before turning it on.
    "mfa_index": {"GET": row(200)},
    "mfa_authenticate": {method: AWAY for method in METHODS},
    "mfa_reauthenticate": {method: row(302) for method in METHODS},
    "mfa_activate_totp": {method: row(302) for method in METHODS},
    "mfa_deactivate_totp": {method: row(404) for method in METHODS},
    "mfa_view_recovery_codes": {"GET": row(404)},
    "mfa_generate_recovery_codes": {method: row(302) for method in METHODS},
    "mfa_download_recovery_codes": {method: row(404) for method in METHODS},
    "usersessions_list": OWN_FORM,
    "account_set_password": {method: row(302) for method in METHODS},  # they have one
}
