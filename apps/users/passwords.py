"""The rules of a password, said shortly."""
from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LongEnough(rules.MinimumLengthValidator):

    def get_error_message(self):
        return ngettext(
            "The password is shorter than %(n)s character.",
            "The password is shorter than %(n)s characters.",
            self.min_length) % {"n": self.min_length}

    def get_help_text(self):
        return ngettext(
            "Not shorter than %(n)s character", "Not shorter than %(n)s characters",
            self.min_length) % {"n": self.min_length}


class NotCommon(rules.CommonPasswordValidator):

    def get_error_message(self):
        return _("Too many people have this password: such ones are guessed first.")

    def get_help_text(self):
        return _("Not one that many people have")


class NotDigitsAlone(rules.NumericPasswordValidator):

    def get_error_message(self):
        return _("The password is digits alone. Add letters.")

    def get_help_text(self):
        return _("Not digits alone")


class NotLikeItsOwner(rules.UserAttributeSimilarityValidator):

    def get_error_message(self):
        return _("The password is too much like your name or address.")

    def get_help_text(self):
        return _("Not like your name or address")
