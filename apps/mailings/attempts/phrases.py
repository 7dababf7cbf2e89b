"""The words of servers, and the meaning that each leads to: regular expressions, one a line.

They search the reply in lower case, its enhanced status code first («5.1.1 …»), with @ for each
address, without URLs. The first that fits decides (their order is in `rules`): what is about
ourselves comes before what is about the letter, and a mailbox that is full or blocked before one
that is not there, so that no recipient is marked as gone while another reading is possible.

{names} are of `PARTS`, ~3 is up to three words in between, a backslash joins the next line.
"""
from .faults import Meaning as M

PARTS = {
    "who": r"(?:@|user(?:[ -]?(?:names?|ids?))?s?|recipients?|rcpt|mail[ -]?box|account|addressee"
           r"|receiver|spectator|alias"
           r"|(?<!ip )address(?:es)?|e-?mail(?: address| account| name)?|person|customer|maildrop"
           r"|local[ -]?part)(?! (?:agent|group|count|list)\b)",
    "not_there": r"(?:(?:unknown|undefined|invalid|unrecogni[sz]ed)(?! {thing})|non-?existent"
                 r"|never existed|not (?:be )?(?:found|known|exist|existing|recogni[sz]ed|valid"
                 r"|listed|present|here|registered|local(?! host))"
                 r"|(?:do|does|dos|did)(?: not|n't) (?:appear to )?exist"
                 r"|isn't (?:known|valid|registered|here)|no longer (?:exists?|valid|in use|with)"
                 r"|no longer (?:accepts|available)|wrong or no longer|has been (?:deleted|removed)"
                 r"|could not be found|cannot be found|not an? (?:known|valid|active))",
    "bad": r"(?:unknown|no such|no known|no (?:correct|valid)|invalid|non[- ]?existent|bad|wrong"
           r"|incorrect|unrecogni[sz]ed|undefined|illegal|not an? (?:valid|known|local|existing))"
           r"(?! {thing})",
    # What may be unknown or bad besides a recipient.
    "thing": r"(?:\w+ )?(?:domain|error|mailer|command|syntax|characters?|reason|parameters?"
             r"|options?|arguments?|headers?|response|reply|message|content|data|format|charset"
             r"|encoding|sequence|certificate|protocol|status|problem|failure|exception"
             r"|file|directory|sender|password|login|token|signature|attachment)\b",
    "no": r"(?:not (?:be )?(?:allowed|accepted|verified|authori[sz]ed|permitted|valid|supported"
          r"|pre-approved|owned|exist)|rejected(?! for)|denied|refused|invalid|unknown|blocked"
          r"|forbidden|prohibited|disallowed|disabled|\w*blacklisted|unverified|does(?: not|n't)"
          r"|must (?:exist|be|resolve)|is empty|could not)",
    "blocked": r"(?:\w*bl[ao]c?k(?:ed|list\w*)|listed|banned|denied|rejected|bloqu\w+|reputation"
               r"|not allowed|prohibited|spamming)",
    "off": r"(?:disabled|suspended|(?:temporar\w+ )?locked|frozen|archived|blocked|expired|closed"
           r"|terminated|discontinued|restricted|not accepting(?! mail with)|on hold)",
    # Recipients, and full mailboxes, in other languages.
    "somebody": r"\b(?:empf[äa]e?nger|benutzer|postfach|adresse|konto|utilisateur|destinat\w+"
                r"|bo[îi]te|compte|usu[aá]ri\w+|cuenta|conta|direcci[óo]n|endere[çc]o|caixa"
                r"|buz[óo]n|persona|utente|casella|indirizzo|account|mottag\w+|mottaker"
                r"|modtager|gebruiker|ontvanger|u[żz]ytkownik\w*|al[ıi]c[ıi]"
                r"|пользовател\w+|получател\w+|адресат\w*|абонент\w*"
                r"|ящик\w*|адрес\w*|аккаунт\w*)s?\b",
    "box": r"\b(?:postfach|bo[îi]te|casella|caixa|buz[óo]n|cuenta|conta|mail ?box|skrzynka)\b",
}

OURS = {
    M.NO_DOMAIN: r"""
        account or domain may not exist
    """,
    M.POLICY: r"""
        resolver\.rst\.(?:auth|not|sender|restrict)
        recipient (?:has )?blocked you
        suppression list|suppressed sending
        recipient preferences|(?:rejected|refused|blocked) by (?:the )?recipient
    """,
    M.SPAM: r"""
        spam classification
    """,
    M.TLS: r"""
        must issue a starttls|(?:tls|encryption|secure connection) (?:is )?required|certificate
    """,
    M.RELAY: r"""
        relay(?:ing)?~3 {no}
        relay(?:ing)? (?:attempt|access)
        (?:unable|unauthori[sz]ed|not allowed|not permitted|not authori[sz]ed|cannot|can't) \
            (?:to )?relay
        (?:do|does)(?: not|n't) (?:allow |permit |open )?relay
        (?:no|won't|will not|isn't allowed to|refuse to|insecure mail) relay
        (?<!or user isn't )in my list of allowed rcpthosts
        local (?:users?|recipients?|domains?|mail) only
        authentication when attempting to send
    """,
    M.SENDER: r"""
        sender verif
        verification failed for
        verify(?:ing)? (?:the )?(?:sender|mail ?from)|forger|mail ?from\b.{0,60}mismatch
        call(?:out|back|-out|-back)\b
        (?:sender|from|originat\w+|return[- ]path)(?:'s)?(?: e-?mail)?(?: address| domain\
            | id)?:? ?@?:? ?(?:is |was |has been )?{no}
        (?:invalid|unknown|bad|unrout\w+|bogus|unverified|unqualified|forged|null|illegal\
            |unacceptable|empty envelope) (?:envelope |mail )?(?:sender|from\b|return[- ]path\
            |originator)
        domain of (?:the )?sender|backscatter
        \byour (?:e-?mail |mail )?(?:address|account|mail ?box|domain)~1 (?:is )?{not_there}
        sending (?:e-?mail |mail )?(?:address|account|mail ?box|domain)~1 (?:is )?{not_there}
        sender(?:'s)?(?: e-?mail)?(?: address| domain| id\b)
        batv|blocked sender|badmailfrom|sendasdenied|\bsend-?as\b|spoof
        not owned by|mx records for|domain does not exist:|mail not accepted here
        (?:not|does not have) (?:authori[sz]ed|allowed|permitted|permissions?) to send (?:as\
            |on behalf)
        does not accept (?:e?-?mails?|messages?) from
        address is not verified
        from: (?:header |domain |address )?(?:is )?(?:in)?valid
        mail ?from\b.{0,60}(?:rejected(?! for)|denied|refused|not allowed|unresol|not exist\
            |invalid)
        отправител|absender|remitente|remetente|mittente|exp[ée]diteur|emetteur|avs[äe]nd
        afsender|afzender|nadawc|送信者|送信元|差出人|发件人
    """,
    M.HELO: r"""
        \b(?:helo|ehlo)\b
    """,
    M.AUTH: r"""
        \bdmarc|\bspf\b|domainkeys|sender policy framework
        \bdkim\b.{0,40}(?:fail|pass|invalid|required|missing)
        unauthenticated|required authentication level
        not allowed to send (?:e?-?mails? )?from
    """,
    M.LOGIN: r"""
        must (?:first )?authenticate|password|credential|not logged|(?:please|must) log ?in|парол
        (?<!sender )authenticat\w+ (?:is )?(?:fail|required|error|unsuccess|credential|needed)
        (?:log ?in|auth) (?:fail|error|denied|required)
    """,
    M.BLOCKED: r"""
        \bptr\b|\brdns\b|reverse[- ](?:dns|lookup|host ?name|name|address)
        ip name lookup
        (?:find|resolve|lookup) your (?:reverse )?(?:host ?name|address|ip|name)
        client (?:host|ip)
        blocked using|blocked by (?:\S{1,60}+ )?(?:rbl|dnsbl|ip)\b|blocked - see
        mismatch\w* client ip
        (?:dynamic|generic) (?:ip|address|host|dns|ptr)|open (?:proxy|relay)
        (?:your|sender|sending|source|client|this|the|from|banned)~3 (?:ips?|network\
            |mail ?server|server|host|mta)~6 {blocked}
        \bips?(?: address(?:es)?)?~3 (?:(?:is|are|was|been|has|have) )*(?:\w*bl[ao]c?k(?:ed\
            |list\w*)|listed|banned)
        (?:poor|bad|low|negative|sender|ip|domain)(?:[ /]\w+)? reputation|reputation (?:of\
            |problem|is|service)
        adresse ip|smtp server of your|unresolvable|unverif[iy]able
        mail ?server (?:at )?\S{1,80}+ (?:is )?{blocked}
        \b(?:dnsbl|rbl|spamhaus|spamcop|sorbs|abuseat|senderbase|ivmsip|barracudacentral\
            |uceprotect)\b
        cdrbl|(?<!url )(?:black|block)[ -]?list(?!ed url)|banned sending
        your access to
        messages? from [\[(]?[\da-f.:]{3,45}[\])]?~2 (?:weren't|were not|temporarily|will be\
            |permanently)
        originating from your|mail from your
        connections? (?:will )?not (?:be )?accepted from|no access from
        suspicious\w* like (?:a )?spammer
    """,
    M.QUOTA: r"""
        (?:sending|outgoing|outbound|daily|hourly|monthly|send)~4 (?:quota|limit)
        per (?:day|24 ?hours|month|week)\b|(?:day|hour|month)(?:ly)? (?:quota|limit)
        (?:sender|sending) (?:(?:has|been|is|account) )*(?:disabled|suspended|paused)
        your (?:account|mailbox|login|tariff|plan)~3 (?:\w*blocked|suspended|disabled|limit\w*\
            |locked|expired|exceed\w*)
        (?:суточн|дневн|почасов)\w+ (?:лимит|огранич)|превышен\w* (?:\w+ )?(?:лимит|количеств\
            |числ)
    """,
    M.CONNECTIONS: r"""
        too many~3 (?:connections|sessions|clients)
        (?:maximum|max|limit|number)~4 (?:connections|sessions)
        connections?~3 limit|concurren\w+ (?:\w+ )?(?:connections|sessions|limit)
        trop de connexions
    """,
    M.CROWDED: r"""
        is receiving (?:e?-?mail|messages)
        recipient (?:\S{1,80}+ )?has exceeded their
    """,
    M.RATE: r"""
        \brate[- ]?limit|throttl|at a rate|\bfrequen(?:cy|t)|slow(?:er| down)
        (?:unusual|excessive|maximum|high|message|sending|send|mail|connection|delivery\
            |recipient|submission) (?:rate|\w+ activity)
        too many~1 (?:invalid|unknown|bad|non-?existent) (?:users|recipients|addresses)
        too (?:many|much)~3 (?:messages|mails?|e-?mails|recipients|requests|login|errors\
            |commands|attempts|transactions|deliveries)\b(?! on the| data)
        too (?:fast|quickly|often)|sending too
        max(?:imum)? (?:e?-?mails?|messages?) per|per (?:minute|hour|connection|second|session)\b
        unexpected volume|numerous attempts
    """,
    M.BUSY: r"""
        (?:server|system)\S{0,4} (?:is )?(?:too |currently |temporarily )?(?:busy|overloaded)\
            |load (?:is )?too high
        not accepting connections|service refus|service not available,? closing
        connection (?:was )?(?:reset|dropped)|connection refused by
    """,
    M.DISK: r"""
        insufficient (?:system|disk) (?:storage|space|resources)
        no space left|not (?:enough|sufficient) (?:disk|system|free) (?:space|storage)
    """,
}
THE_LETTERS = {
    M.POLICY: r"""
        infected|virus|malware|trojan|\bworm\b|phish|malicious|вирус
    """,
    M.SPAM: r"""
        spam(?!mer)|\bube\b|\buce\b|unsolicited|\bbulk\b|mass mail|\bjunk|спам|подозр
        \burls?\b.{0,60}(?:listed|black|block)|(?:black|block)listed url|(?:ur|sur)ibl|surbl
        content (?:was |is )?(?:rejected|denied|filter|block|restrict)|content policy
        (?:rejecting|unacceptable|banned|objectionable) (?:mail )?content|by our filter
    """,
}
GUARDS = {
    M.MALFORMED: r"""
        \bheaders?\b|message-id
    """,
    M.POLICY: r"""
        mailing list|list address|attachment|\bpolic(?:y|ies)\b
    """,
    M.REFUSED: r"""
        \bip\b|your (?:mail ?)?(?:server|host|domain|network|mailer|client|dns)
        all recipient addresses rejected
        (?<!to )(?<!to the )\bsenders?\b|(?:for|from) \[?\d{1,3}(?:\.\d{1,3}){3}
        \byou (?:are|used|send)|your (?:account|address|own)|return address|reply-?to
        (?:mail|envelope)[ -]?from\b|\bfrom:? (?:address|header|field|domain)
        \blogin\b|\bauth\b|not authori[sz]ed|syntax error
    """,
}
WEAK = {
    M.ROUTE: r"""
        service (?:is )?(?:currently |temporarily )?(?:not |un)available|temporarily unavailable
        (?:config\w*|local|internal|system|temporary|server|processing) (?:\w+ )?(?:error\
            |problem|failure)
        error in processing|error reading data
    """,
    M.REFUSED: r"""
        not accepting (?:mail|messages)|administrative prohibition|go away\
            |confirm this mail server
        not (?:allowed|authori[sz]ed|permitted) to (?:connect|send|use)|delivery not authorized
        not a registered gateway|not a gateway
    """,
    M.MALFORMED: r"""
        \bheaders?\b|\brfc ?\d{3,4}|\bmime\b|8-?bit|bare (?:lf|cr)|line too long|non-?compliant
        from: address|\bsubject\b|message-id|expected '|line limit
    """,
    M.POLICY: r"""
        polic(?:y|ies)|\bcontent\b|attachment|filtered|organi[sz]ation
        (?:message|mail|e-?mail|letter)s?~3 (?:rejected|refused|denied|blocked|not (?:allowed\
            |accepted))
        members[ -]only|closed (?:mailing )?list|by (?:the )?(?:recipient|user)\b
    """,
    M.NO_MAILBOX: r"""
        mail ?box (?:is )?(?:unava\w++|not available)(?! or access)
        ^(?!5\.7\.).{0,80}(?<!all )recipient address rejected: access denied
        recipient mail ?box is not allowed|domain or user isn't in my list
        ^[\d. ]*\W*@\W* rejected\W*$
    """,
}
WEAKEST = {
    M.REFUSED: r"""
        access[- ]denied|permission denied|доступ запрещ
        ^[\d. ]*\W*(?:rejected|refused|denied|blocked)
        (?:improper|bad) sequence|out of (?:order|sequence)
    """,
}
