"""Words by which servers refuse a login or a sender, and the trouble that each tells of.

Regular expressions, one a line, written as in `mailings.attempts.phrases`: they search the reply in
lower case, with its code, without URLs. The first that fits decides.
"""
from apps.mailings.senders.troubles import Trouble as T

NEEDS_TLS = r"""
    starttls|without (?:ssl|tls)|encryption (?:is )?(?:required|needed)
    (?:non-?secure|insecure|unencrypted|plain\w*)~2 (?:connection|channel|session)
    (?:ssl|tls|secure connection)\S* (?:is )?(?:required|needed|first)
    (?:only|requires?|needs?|must)~2 (?:ssl|tls)\b
"""
OUR_ADDRESS = r"""
    (?:unauthori[sz]ed|unknown|forbidden|untrusted) ip\b|(?:not|un)~1 ?\w*accepted from this ip\b
    \bip(?: address)?(?: \S*\d\S*)?~2 (?:not|never)~2 (?:allowed|authori[sz]ed|permitted|white\w*)
"""
LOGIN = {
    T.QUOTA: r"""
        (?:send\w*|mail\w*|messages?|daily|hourly|recipients?)~3 (?:quota|limit)
        over quota|quota (?:is |was |has been )?exceeded|ratelimit exceeded for
        credits?~2 exceeded|(?:out of|not enough|no) credits?\b
    """,
    T.LATER: r"""
        too many (?:\w+ )*(?:log-?ins?|auth\w*|attempts|sessions|connections)
        authenticat\w+ too many times|login frequency|log ?in rate
        (?:try|come) (?:again |back )?later|unable to authenticate at present
        temporar\w+ (?:auth\w*|lookup|internal|server|system|error|fail\w*)
        (?:system|server|service) (?:is )?(?:busy|overloaded\
            |(?:currently|temporarily) unavailable)
    """,
    T.BASIC_OFF: r"""
        smtpclientauthentication|basic auth\w*
        did not meet the criteria|security defaults|conditional access
        \b5\.7\.30\b|oauth\w* (?:is )?(?:required|only)
    """,
    T.NEEDS_TLS: NEEDS_TLS,
    T.OUR_ADDRESS: OUR_ADDRESS,
    T.APP_PASSWORD: r"""
        app(?:lication)?s?[- ](?:specific )?password|parol[a-z]* prilo[zg]h?eni
        second ?factor|(?:two|multi)[- ]?(?:factor|step)|\b2fa\b|device password
        third[- ]party password|authori[sz]ation code
        парол\w+ (?:для )?(?:внешн\w+ )?приложени
    """,
    T.ACCESS_OFF: r"""
        access rights to this service|web ?browser|web ?login
        please (?:sign|log) ?in (?:using|via|with|at)
        (?:enable|turn on|switch on|activate|allow)~4 (?:smtp|imap|pop3?\
            |mail (?:client|program)s?)\b
        accept~3 (?:eula|terms|agreement|conditions)
        (?:plan|tariff|subscription)~3 (?:not|n't)~2 (?:allow|include|support|permit)
        (?:smtp|imap|pop3?|mail client|external|programs?)~4 (?:is |are )?(?:disabled|not enabled\
            |switched off|turned off|not allowed|not available|not open|forbidden|denied)
        service is not open|less secure|not (?:allowed|permitted|enabled) (?:for|to use) \
            (?:smtp|this service)
    """,
    T.BLOCKED: r"""
        (?:account|user|mailbox|login|domain)~3 (?:blocked|suspended|disabled|locked|banned\
            |frozen|terminated|deactivated|inactive|not active|expired|abnormal)
        (?:blocked|suspended|disabled|locked|inactive) (?:user|account|mailbox)
        (?:subscription|contract|trial)~3 (?:expired|ended|over)\b
        looks like spam|not a robot|mailbox cannot be accessed|заблокирован
    """,
    T.NO_LOGIN: r"""
        no (?:worthy )?mech\w*|not advertised
        (?:mechanism|auth\w* (?:type|method))~4 (?:not|un)~1 ?\w*(?:supported|available\
            |recogni\w+)
        unrecogni[sz]ed auth|(?:auth\w*|command)~2 not (?:implemented|supported|enabled\
            |available)
    """,
}
ENVELOPE = {
    T.LOGIN_NEEDED: r"""
        authentication (?:is )?(?:required|needed)|not authenticated|not logged in|log ?in first
        must (?:be authenticated|authenticate|log ?in)|please (?:authenticate|log ?in)
        (?:enable|turn on|use) (?:smtp )?auth
    """,
    T.NEEDS_TLS: NEEDS_TLS,
    T.OUR_ADDRESS: OUR_ADDRESS,
    T.BLOCKED: r"""
        account~3 (?:blocked|suspended|disabled|banned|locked|not activ\w+|inactive)
        bad outbound sender|tenant~2 exceeded
        privileges?~3 (?:revoked|suspended|removed)
        looks like spam|not a robot
        (?:outgoing|outbound|sending)~5 (?:blocked|disabled|suspended|paused|stopped)
    """,
    T.NOT_OWNED: r"""
        not owned by|not local sender|send-?as|\b5\.7\.60\b|logged in as owner
        not (?:one )?of your|your own (?:\w+ )?address|(?:relay\w*|sending) disallowed as
        (?:domain|identit\w+|sender|from|address)~4 (?:unverified|unregistered|failed the check\
            |(?:not|n't) (?:\w+ )?(?:verified|validated?|confirmed|registered))
        (?:sender|from|address)\S*~6 (?:not~2 (?:allowed|permitted|authori[sz]ed|belong)\
            |mismatch|unauthori[sz]ed)
        (?:not|no)~3 (?:allowed|permitted|permissions?|authori[sz]ed|rights?)~2 (?:send|use)\b
        (?:must|should|does not|doesn't) (?:be (?:the )?(?:same|equal)|match|equal|correspond\
            |belong)
        (?:can't|cannot|can not|may not|must not) send (?:from|as)\b
        (?:sender|from)~4 is not valid\b
        sender address rejected: access denied|not have~1 permissions?$
    """,
}
