"""What the hot path's statements have in common on both databases. All are made of constants."""
from apps.mailings.deliveries import PENDING_BY_PROVIDER

# Why a recipient gets no letter; "" or NULL: they do. Who has left advertising gets other letters.
# Its parameters are the run's id, twice, and the time.
GONE = """COALESCE((
    SELECT 'suppressed' FROM mailings_suppression s
    WHERE s.owner_id = (SELECT n.owner_id FROM mailings_run n WHERE n.id = %s AND NOT n.test)
        AND s.email = LOWER(mailings_delivery.email)
        AND (s.scope = 'all' OR 'advertising' = (SELECT n.kind FROM mailings_run n WHERE n.id = %s))
), (
    SELECT CASE WHEN r.deleted_at IS NOT NULL THEN 'deleted'
        WHEN r.bounced_at IS NOT NULL THEN 'bounced'
        WHEN r.resting_until > %s THEN 'resting' ELSE '' END
    FROM mailings_recipient r WHERE r.id = mailings_delivery.recipient_id))"""
# Of the letters of a run, as `letters_of` says which, those with an id above the one given.
# `id > …` skips what was claimed before: on PostgreSQL these are dead index entries until a vacuum.
NEXT = """FROM mailings_delivery
    WHERE run_id = %s AND {of_these} AND id > %s ORDER BY id LIMIT %s"""
COLUMNS = "id, email, full_name, recipient_id, tries, crashes"
MORE_COLUMNS = '"values", provider'
# CASE hides the conditions from PostgreSQL's planner. It thinks that few rows meet them, and would
# join the table with the group row by row: 120 ms instead of 8 for 500 letters.
STORE = """
UPDATE mailings_delivery SET state = v.state, tries = v.tries, next_try_at = v.next_try_at,
    answer = CASE WHEN v.answer = '' THEN mailings_delivery.answer ELSE v.answer END,
    lease_token = '', lease_until = NULL, updated_at = %s
FROM {rows}
WHERE mailings_delivery.id = v.id AND CASE WHEN mailings_delivery.lease_token = %s
    AND mailings_delivery.state = %s AND mailings_delivery.settled_at IS NULL
    THEN TRUE ELSE FALSE END
"""
TELL = """
INSERT INTO mailings_attempt (mailing_id, owner_id, run_id, recipient_id, email, attempted_at,
    status, outcome_unknown, code, server_response)
SELECT %s, %s, run_id, recipient_id, email, at,
    CASE state WHEN 'sent' THEN 'Успешно' ELSE 'Не успешно' END, state = 'unknown', code, answer
FROM {stored} WHERE at IS NOT NULL ORDER BY at, id
"""


def letters_of(run_id: int, provider: str | None) -> tuple[str, list[int | str]]:
    """Return which letters of a run NEXT is to find, as SQL, and its first parameters.

    With a `provider` they are those to its mailboxes.
    """
    if provider is None:
        return "state = 'pending'", [run_id]
    return f"{PENDING_BY_PROVIDER} AND provider = %s", [run_id, provider]
