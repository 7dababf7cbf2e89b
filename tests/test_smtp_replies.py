"""The verdicts on replies of real servers that are kept beside the project."""
import pytest
from django.conf import settings

from apps.mailings.attempts.verdicts import verdict

REPLIES = settings.BASE_DIR.parent / "shared" / "corpora" / "smtp-replies"
PHASES = ("rcpt", "data", "dot")
OF_YANDEX = {"hard": {"gone"}, "soft": {"now"}, "account blocked": {"now"},
             "block": {"letter", "us"}, "content": {"letter", "us"}}


def rows(name):
    if not REPLIES.exists():
        pytest.skip("the corpus of replies is not beside the project")
    lines = (REPLIES / name).read_text().splitlines()[1:]
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize("phase", PHASES)
def test_verdicts_on_real_replies(phase):
    replies = rows("verdicts.tsv")
    wrong = [(outcome, reply) for reply, outcome in replies
             if verdict(reply, phase).outcome != outcome]
    assert len(wrong) <= 0.03 * len(replies), wrong
    assert not [reply for outcome, reply in wrong if verdict(reply, phase).outcome == "gone"]


@pytest.mark.parametrize("phase", PHASES)
def test_verdicts_on_words_without_a_code(phase):
    wrong = [words for words, _, kind in rows("yandex.tsv")
             if verdict(words, phase).outcome not in OF_YANDEX[kind]]
    assert wrong == []
