"""The words of servers, and the meaning that each leads to: regular expressions, one a line.

They search the reply in lower case, its enhanced status code first («5.1.1 …»), with @ for each
address, without URLs. Of `PLAIN` and of `WEAK` the first that fits decides, so the order matters:
what is about ourselves comes before what is about the letter, and a mailbox that is full or blocked
before one that is not there: nobody is gone while another reading is left. {names} are of `PARTS`.
"""
from .meanings import Meaning as M

PARTS = {
    "who": r"(?:@|user(?: ?names?)?s?|recipients?|rcpt|mail[ -]?box|account|addressee|alias"
           r"|(?<!ip )address(?:es)?|e-?mail(?: address| account| name)?|person|customer|subscriber"
           r"|member|maildrop|local[ -]?part|utilisateur|destinataire|adresse)",
    "not_there": r"(?:unknown|undefined|invalide?|unrecogni[sz]ed|non-?existent|never existed"
                 r"|not (?:be )?(?:found|known|exist|existing|recogni[sz]ed|valid|listed|present"
                 r"|here|registered|local)|(?:do|does|did)(?: not|n't) (?:appear to )?exist"
                 r"|isn't (?:known|valid|registered|here)|no longer (?:exists?|valid|in use|with)"
                 r"|no longer (?:accepts|available)|wrong or no longer|has been (?:deleted|removed)"
                 r"|could not be found|cannot be found|inconnue?|inexistante?|n'existe pas"
                 r"|not an? (?:known|valid|active))",
    "bad": r"(?:unknown|no such|no known|no (?:correct|valid)|invalid|non[- ]?existent|bad|wrong"
           r"|incorrect|unrecogni[sz]ed|undefined|illegal|not an? (?:valid|known|local|existing))",
    "no": r"(?:not (?:be )?(?:allowed|accepted|verified|authori[sz]ed|permitted|valid|supported"
          r"|pre-approved|owned|exist)|rejected(?! for)|denied|refused|invalid|unknown|blocked"
          r"|forbidden|prohibited|disallowed|disabled|\w*blacklisted|unverified|does(?: not|n't)"
          r"|must (?:exist|be|resolve)|is empty|could not)",
    "blocked": r"(?:\w*bl[ao]c?k(?:ed|list\w*)|listed|banned|denied|rejected|bloqu\w+|reputation"
               r"|not allowed|prohibited|spamming)",
    "off": r"(?:disabled|suspended|(?:temporar\w+ )?locked|frozen|archived|blocked|expired|closed"
           r"|terminated|discontinued|restricted|not accepting|on hold)",
}

OURS = (
    (M.POLICY, r"""
        resolver\.rst\.(?:auth|not|sender|restrict)
        recipient preferences|(?:rejected|refused|blocked) by (?:the )?recipient
    """),
    (M.SPAM, r"""
        spam classification
    """),
    (M.RELAY, r"""
        relay(?:ing)?(?: \S{1,80}){0,3} {no}
        relay(?:ing)? (?:attempt|access)
        (?:unable|unauthori[sz]ed|not allowed|not permitted|not authori[sz]ed|cannot|can't) (?:to )?relay
        (?:do|does)(?: not|n't) (?:allow |permit |open )?relay
        (?:no|won't|will not|isn't allowed to|refuse to|insecure mail) relay
        in my list of allowed rcpthosts
        local (?:users?|recipients?|domains?|mail) only
        authentication when attempting to send
    """),
    (M.SENDER, r"""
        sender verif
        verification failed for
        verify(?:ing)? (?:the )?(?:sender|mail ?from)|forger|mail ?from\b.{0,60}mismatch
        call(?:out|back|-out|-back)\b
        (?:sender|from|originat\w+|return[- ]path)(?:'s)?(?: e-?mail)?(?: address| domain| id)?:? ?@?:? ?(?:is |was |has been )?{no}
        (?:invalid|unknown|bad|unrout\w+|bogus|unverified|unqualified|forged|null|illegal|unacceptable|empty envelope) (?:envelope |mail )?(?:sender|from\b|return[- ]path|originator)
        domain of (?:the )?sender
        sender(?:'s)?(?: e-?mail)?(?: address| domain| id\b)
        batv|badmailfrom|sendasdenied|\bsend-?as\b|spoof
        not owned by|mx records for|domain does not exist:|mail not accepted here
        (?:not|does not have) (?:authori[sz]ed|allowed|permitted|permissions?) to send (?:as|on behalf)
        does not accept (?:e?-?mails?|messages?) from
        address is not verified
        from: (?:header |domain |address )?(?:is )?(?:in)?valid
        mail ?from\b.{0,60}(?:rejected(?! for)|denied|refused|not allowed|unresol|not exist|invalid)
        отправител|absender|remitente|mittente|exp[ée]diteur|emetteur
    """),
    (M.HELO, r"""
        \b(?:helo|ehlo)\b
    """),
    (M.AUTH, r"""
        \bdmarc|\bspf\b|domainkeys|sender policy framework
        \bdkim\b.{0,40}(?:fail|pass|invalid|required|missing)
        unauthenticated|required authentication level
        not allowed to send (?:e?-?mails? )?from
    """),
    (M.LOGIN, r"""
        password|credential|not logged|(?:please|must) log ?in|парол
        (?<!sender )authenticat\w+ (?:is )?(?:fail|required|error|unsuccess|credential|needed)
        (?:log ?in|auth) (?:fail|error|denied|required)
    """),
    (M.BLOCKED, r"""
        \bptr\b|\brdns\b|reverse[- ](?:dns|lookup|host ?name|name|address)
        ip name lookup
        (?:find|resolve|lookup) your (?:reverse )?(?:host ?name|address|ip|name)
        client (?:host|ip)
        blocked using|blocked by (?:\S{1,60}+ )?(?:rbl|dnsbl|ip)\b|blocked - see
        mismatch\w* client ip
        (?:dynamic|generic) (?:ip|address|host|dns|ptr)|open (?:proxy|relay)
        (?:your|sender|sending|source|client|this|the|from|banned)(?: \S{1,40}){0,3} (?:ips?|network|mail ?server|server|host|mta)(?: \S{1,60}){0,6} {blocked}
        \bips?(?: address(?:es)?)? (?:\S{1,60}+ ){0,3}?(?:(?:is|are|was|been|has|have) )*(?:\w*bl[ao]c?k(?:ed|list\w*)|listed|banned)
        (?:poor|bad|low|negative|sender|ip|domain)(?:[ /]\w+)? reputation|reputation (?:of|problem|is|service)
        adresse ip|smtp server of your|unresolvable|unverif[iy]able
        mail ?server (?:at )?\S{1,80}+ (?:is )?{blocked}
        \b(?:dnsbl|rbl|spamhaus|spamcop|sorbs|abuseat|senderbase|ivmsip|barracudacentral|uceprotect)\b
        cdrbl|(?<!url )(?:black|block)[ -]?list(?!ed url)|banned sending
        your access to
        messages? from \[?[\da-f.:]{3,45}\]?(?: \S{1,30}){0,2} (?:weren't|were not|temporarily|will be|permanently)
        originating from your|mail from your
        connections? (?:will )?not (?:be )?accepted from|no access from
        suspicious\w* like (?:a )?spammer
    """),
    (M.QUOTA, r"""
        (?:sending|outgoing|outbound|daily|hourly|monthly|send)(?: \S{1,40}){0,4} (?:quota|limit)
        per (?:day|24 ?hours|month|week)\b|(?:day|hour|month)(?:ly)? (?:quota|limit)
        (?:sender|sending) (?:(?:has|been|is|account) )*(?:disabled|suspended|paused)
        your (?:account|mailbox|login|tariff|plan)(?: \S{1,40}){0,3} (?:\w*blocked|suspended|disabled|limit\w*|locked|expired|exceed\w*)
        (?:суточн|дневн|почасов)\w+ (?:лимит|огранич)|превышен\w* (?:\w+ )?(?:лимит|количеств|числ)
    """),
    (M.CONNECTIONS, r"""
        too many (?:\w+ ){0,3}(?:connections|sessions|clients)
        (?:maximum|max|limit|number) (?:\w+ ){0,4}(?:connections|sessions)
        connections?(?: \w+){0,3} limit|concurren\w+ (?:\w+ )?(?:connections|sessions|limit)
        trop de connexions
    """),
    (M.CROWDED, r"""
        is receiving (?:e?-?mail|messages)
        recipient (?:\S{1,80}+ )?has exceeded their
    """),
    (M.RATE, r"""
        \brate[- ]?limit|throttl|at a rate|\bfrequen(?:cy|t)|slow(?:er| down)
        (?:unusual|excessive|maximum|high|message|sending|send|mail|connection|delivery|recipient|submission) (?:rate|\w+ activity)
        too (?:many|much) (?:\w+ ){0,3}(?:messages|mails?|e-?mails|recipients|requests|login|errors|commands|attempts|transactions|deliveries)\b(?! on the| data)
        too (?:fast|quickly|often)|sending too
        max(?:imum)? (?:e?-?mails?|messages?) per|per (?:minute|hour|connection|second|session)\b
        unexpected volume|numerous attempts
    """),
    (M.BUSY, r"""
        (?:server|system)\S{0,4} (?:is )?(?:too |currently |temporarily )?(?:busy|overloaded)|load (?:is )?too high
        not accepting connections|service refus
    """),
    (M.DISK, r"""
        insufficient (?:system|disk) (?:storage|space|resources)
        no space left|not enough (?:disk|system|free) (?:space|storage)
    """),
)
THE_LETTERS = (
    (M.POLICY, r"""
        infected|virus|malware|trojan|\bworm\b|phish|malicious|вирус
    """),
    (M.SPAM, r"""
        spam(?!mer)|\bube\b|\buce\b|unsolicited|\bbulk\b|mass mail|\bjunk|спам|подозр
        \burls?\b.{0,60}(?:listed|black|block)|(?:black|block)listed url|(?:ur|sur)ibl|surbl
        content (?:was |is )?(?:rejected|denied|filter|block|restrict)|content policy
        (?:rejecting|unacceptable|banned|objectionable) (?:mail )?content
    """),
)
FOR_NOW = (
    (M.INACTIVE, r"""
        policy rejection on the target
        (?:in|de)activ(?:e|ated)\b|not active|inactivity|not activated
        {who}(?:'s)?(?: \S{1,80}){0,7} {off}
        {off} (?:\w+ )?(?:user|mailbox|account|recipient)
        suspend the service|archiv[ée]e
        (?:ящик|пользовател|получател|аккаунт|адрес)[^.;]{0,40}(?:заблокир|отключ|неактив|приостанов)
    """),
    (M.FULL, r"""
        (?:mail ?box|inbox|maildir|mail ?folder|account|user|boite|storage|mailstore|@\W*)(?: \S{1,60}){0,4} (?:full|pleine|over[- ]?quota|over its|exceed\w*|out of)
        full (?:mail ?box|inbox)|quota|out of (?:storage|space)
        exceed\w* (?:(?:its|the|their|max\w*|allowed|recipient|user) )*(?:storage|mailbox|disk)
        storage (?:space|limit|allocation|exceeded)|insufficient storage
        mail ?box (?:size|limit|would exceed)|mail system full
        (?:disk|space)(?: \w+){0,3} (?:full|exceeded|used up)|enough (?:storage )?space
        too much mail data|too many messages on the
        переполнен|превышен\w* (?:квот|размер ящик)|нет (?:свободного )?места
        postfach.{0,20}voll|buz[óo]n.{0,20}llen|casella.{0,30}piena
    """),
    (M.TOO_BIG, r"""
        (?:message|mail|letter|e-?mail|data|file|attachment|header|size)s?(?: \S{1,40}){0,4} (?:too (?:big|large|long)|exceed\w*)
        exceed\w* (?:\S{1,40}+ ){0,4}(?:size|length)
        size (?:limit|exceed)|too (?:big|large)\b|taille limite|слишком (?:больш|велик)
    """),
    (M.WAIT, r"""
        gr[ea]y[- ]?list|серы[йх] спис|first time sender|come back later
    """),
    (M.ROUTE, r"""
        too many hops|hop count|\bloop(?:s|ing|ed)?\b|in the queue too long|queue period
        message (?:has )?expired|delivery time expired|tim(?:ed|e)[ -]?out|retry time not|giving up on
        dns query failed|lookup fail|host not found, try|name server reply|no relevant answers
        no route|resolve route|host (?:is )?unreachable|network (?:error|unreachable)|unroute?able mail domain
        connection (?:refused|reset|dropped)|could not (?:connect|find a gateway)|failed to connect
        did not respond|unknown mail transport|not been collected|deferred because|misconfigured
        can't create|could not load|encountered an error|queue file|interrupted|dns records for
    """),
)
GUARDS = (
    (M.REFUSED, r"""
        \bip\b|your (?:mail ?)?(?:server|host|domain|network|mailer|client|dns)
        (?<!to )(?<!to the )\bsenders?\b
    """),
)
GONE = (
    (M.MOVED, r"""
        (?:has|have) (?:been )?moved|has been replaced|(?:has|address) changed|moved to @|new address is
        no longer on (?:this )?server|not our customer
        user not local.{0,40}(?:try|forward)
        переехал|сменил\w* адрес
    """),
    (M.NO_MAIL, r"""
        null ?mx
        (?:host|domain)\S{0,80}(?: \S{1,80}){0,3} (?:does(?: not|n't) (?:accept|receive)|accepts no|receives no) (?:any )?e?-?mail(?! from)
    """),
    (M.NO_DOMAIN, r"""
        (?:host|domain)(?: ?name)?(?: \S{1,80})? (?:is |was )?(?:unknown|not (?:found|exist|known|reachable)|does(?: not|n't) exist|non-?existent)
        (?:unknown|no such|bad destination|non-?existent) (?:destination |recipient |mail )?(?:host|domain|system)
        nxdomain|name or service not known|recipient domain must exist|no mx record found
        domain mentioned in \S{1,20}(?: \w+)? is unknown
        домен\w* (?:\S{1,60}+ )?не (?:сущ|найд)
    """),
    (M.NO_MAILBOX, r"""
        {bad} (?:\S{1,40}+ ){0,2}?{who}(?![\w-])
        no such (?:person|one|id)\b
        \b{who}\)?\W{0,6}+(?:\S{1,80}+ ){0,6}?{not_there}
        @\W{1,6}(?:is |was )?{not_there}
        (?:no|isn't an?|not an?) (?:mail[ -]?box|account|user|one|person|recipient|address|alias|local address)(?: \S{1,40}){0,3} (?:by|with|at|under|here|found|exists?|available|there)
        (?:doesn't|does not) have an? .{0,40}account|can(?:'t|not) (?:accept|find) (?:the )?user|not a member of domain
        recipients? (?:is |cannot be )?(?:not (?:accepted|ok)|verified)|user \W*@\W* not ok|rejected recipients
        envelope recipient has been denied|^[\d. ]*does not exist\W*$
        badrcptto|validrcptto|badrecipientto|not a local address
        recip(?:ient)? ?not ?found
        unroute?able address|recipients? (?:was|were) undeliverable|user missing home
        recipient (?:address )?rejected(?:[. ]*$|\.? \(|: invalid|: need fully)
        ^5\.4\.1 .{0,20}recipient address rejected: access denied
        address rejected(?:[. ]*$| @|: need fully-qualified address)
        (?:address|recipient|mailbox) syntax
        no .{1,80} in name directory
        (?:пользовател|получател|адресат|абонент|ящик|адрес)\w*(?: \S{1,60}){0,4} (?:не (?:сущ|найд|зарег|изв)|неизв|отсутств)
        (?:нет|неизвестн\w+|несуществующ\w+) (?:таког\w+ |почтов\w+ )*(?:пользовател|получател|адресат|абонент|ящик|адрес)
        (?:benutzer|empf[äa]e?nger|postfach|adresse)\w*(?: \S{1,40}){0,3} (?:unbekannt|existiert nicht|nicht (?:gefunden|bekannt|vorhanden))
        unbekannter? (?:benutzer|empf)
        (?:usuario|usu[áa]rio|destinat[áa]rio|persona|utente|cuenta|conta)(?: \S{1,40}){0,3} (?:desconocid|desconhecid|inexist|no existe|n[ãa]o existe|sconosciut|non esiste|non trovat)
        no existe (?:ese|el|esa|la|dicha|dicho|este) |nessun utente
        nieznany u|nie ma takiego|użytkownik nie istnieje|onbekende gebruiker|gebruiker onbekend
        (?:用户|收件人|邮箱|帐号|账号).{0,10}不存在
        (?:宛先|ユーザ|受信者).{0,20}(?:存在し(?:ません|ない)|不明|見つかりません)
    """),
)
PLAIN = OURS + THE_LETTERS + FOR_NOW + GUARDS + GONE

WEAK = (
    (M.ROUTE, r"""
        service (?:is )?(?:currently |temporarily )?(?:not |un)available|temporarily unavailable
        (?:config\w*|local|internal|system|temporary|server|processing) (?:\w+ )?(?:error|problem|failure)
        error in processing
    """),
    (M.REFUSED, r"""
        not accepting (?:mail|messages)|administrative prohibition|go away|confirm this mail server
        not (?:allowed|authori[sz]ed|permitted) to (?:connect|send|use)|delivery not authorized
        not a registered gateway|not a gateway
    """),
    (M.MALFORMED, r"""
        \bheaders?\b|\brfc ?\d{3,4}|\bmime\b|8-?bit|bare (?:lf|cr)|line too long|non-?compliant
        from: address|\bsubject\b|message-id|expected '
    """),
    (M.POLICY, r"""
        polic(?:y|ies)|\bcontent\b|attachment|filtered|organi[sz]ation
        (?:message|mail|e-?mail|letter)s? (?:\S{1,40}+ ){0,3}(?:rejected|refused|denied|blocked|not (?:allowed|accepted))
        members[ -]only|closed (?:mailing )?list|by (?:the )?(?:recipient|user)\b
    """),
    (M.NO_MAILBOX, r"""
        mail ?box (?:is )?(?:unava\w+|not available)
        ^[\d. ]*\W*@\W* rejected\W*$
    """),
    (M.REFUSED, r"""
        access[- ]denied|permission denied|доступ запрещ
        ^[\d. ]*\W*(?:rejected|refused|denied|blocked)
        (?:improper|bad) sequence|out of (?:order|sequence)
    """),
)
