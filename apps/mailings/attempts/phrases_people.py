"""The words of servers about a recipient, written as in `phrases`."""
from .faults import Meaning as M

FOR_NOW = {
    M.INACTIVE: r"""
        policy rejection on the target
        (?:in|de)activ(?:e|ated)\b|not active|inactivity|not activated
        {who}(?:'s)?~7 {off}
        {off} (?:\w+ )?(?:user|mailbox|account|recipient)
        suspend the service|archiv[ée]e
        (?:ящик|пользовател|получател|аккаунт|адрес)[^.;]{0,40}(?:заблокир|отключ|неактив\
            |приостанов)
    """,
    M.FULL: r"""
        (?:mail ?box|inbox|maildir|mail ?folder|account|user|boite|storage|mailstore|@\W*)~4 \
            (?:full|pleine|over[- ]?quota|over its|exceed\w*|out of)
        full (?:mail ?box|inbox)|quota|out of (?:storage|space)
        exceed\w* (?:(?:its|the|their|max\w*|allowed|recipient|user) )*(?:storage|mailbox|disk)
        storage (?:space|limit|allocation|exceeded)|insufficient storage
        mail ?box (?:size|limit|would exceed)|mail system full
        (?:disk|space)~3 (?:full|exceeded|used up)|enough (?:storage )?space
        too much mail data|too many messages on the
        переполнен|превышен\w* (?:квот|размер ящик)|нет (?:свободного )?места
        postfach.{0,20}voll|buz[óo]n.{0,20}llen|casella.{0,30}piena
    """,
    M.TOO_BIG: r"""
        (?:message|mail|letter|e-?mail|data|file|attachment|header|size)s?~4 (?:too (?:big|large\
            |long)|exceed\w*)
        exceed\w*~4 (?:size|length)
        size (?:limit|exceed)|too (?:big|large)\b|taille limite|слишком (?:больш|велик)
    """,
    M.WAIT: r"""
        gr[ea]y[- ]?list|серы[йх] спис|first time sender|come back later
        temporar(?:y|ily)
    """,
    M.ROUTE: r"""
        too many hops|hop count|\bloop(?:s|ing|ed)?\b|in the queue too long|queue period
        message (?:has )?expired|delivery time expired|tim(?:ed|e)[ -]?out|retry time not\
            |giving up on
        dns query failed|lookup fail|host not found, try|name server reply|no relevant answers
        no route|resolve route|host (?:is )?unreachable|network (?:error|unreachable)\
            |unroute?able mail domain
        connection (?:refused|reset|dropped)|could not (?:connect|find a gateway)\
            |failed to connect
        did not respond|unknown mail transport|not been collected|deferred because|misconfigured
        can't create|could not load|encountered an error|queue file|interrupted|dns records for
    """,
}
GONE = {
    M.MOVED: r"""
        (?:has|have) (?:been )?moved|has been replaced|(?:has|address) changed|moved to @\
            |new address is
        no longer on (?:this )?server|not our customer
        user not local.{0,40}(?:try|forward)
        переехал|сменил\w* адрес
    """,
    M.NO_MAIL: r"""
        null ?mx
        (?:host|domain)\S{0,80}~3 (?:does(?: not|n't) (?:accept|receive)|accepts no\
            |receives no) (?:any )?e?-?mail(?! from)
    """,
    M.NO_DOMAIN: r"""
        (?:host|domain)(?: ?name)?(?: \S{1,80})? (?:is |was )?(?:unknown|not (?:found|exist\
            |known|reachable)|does(?: not|n't) exist|non-?existent)
        (?:unknown|no such|bad destination|non-?existent) (?:destination |recipient \
            |mail )?(?:host|domain|system)
        nxdomain|name or service not known|recipient domain must exist|no mx record found
        domain mentioned in \S{1,20}(?: \w+)? is unknown
        домен\w* (?:\S{1,60}+ )?не (?:сущ|найд)
    """,
    M.NO_MAILBOX: r"""
        {bad}~2 {who}(?![\w-])
        no such (?:person|one|id)\b
        \b{who}\)?\W{0,6}+(?:\S{1,80}+ ){0,6}?{not_there}
        @\W{1,6}(?:is |was )?{not_there}
        (?:no|isn't an?|not an?) (?:mail[ -]?box|account|user|one|person|recipient|address|alias\
            |local address)~3 (?:by|with|at|under|here|found|exists?|available|there)
        (?:doesn't|does not) have an? .{0,40}account|can(?:'t|not) (?:accept|find) (?:the )?user\
            |not a member of domain
        recipients? (?:is |cannot be )?(?:not (?:accepted|ok)|verified)|user \W*@\W* not ok\
            |rejected recipients
        envelope recipient has been denied|^[\d. ]*does not exist\W*$
        badrcptto|validrcptto|badrecipientto|not a local address
        recip(?:ient)? ?not ?found
        unroute?able address|recipients? (?:was|were) undeliverable|user missing home
        recipient (?:address )?rejected(?:[. ]*$|\.? \(|: invalid|: need fully)
        ^5\.4\.1 .{0,20}recipient address rejected: access denied
        address rejected(?:[. ]*$| @|: need fully-qualified address)
        (?:address|recipient|mailbox) syntax
        no .{1,80} in name directory
        (?:пользовател|получател|адресат|абонент|ящик|адрес)\w*~4 (?:не (?:сущ|найд|зарег|изв)\
            |неизв|отсутств)
        (?:нет|неизвестн\w+|несуществующ\w+) (?:таког\w+ |почтов\w+ )*(?:пользовател|получател\
            |адресат|абонент|ящик|адрес)
        (?:benutzer|empf[äa]e?nger|postfach|adresse)\w*~3 (?:unbekannt|existiert nicht|nicht \
            (?:gefunden|bekannt|vorhanden))
        unbekannter? (?:benutzer|empf)
        (?:usuario|usu[áa]rio|destinat[áa]rio|persona|utente|cuenta|conta)~3 (?:desconocid\
            |desconhecid|inexist|no existe|n[ãa]o existe|sconosciut|non esiste|non trovat)
        no existe (?:ese|el|esa|la|dicha|dicho|este) |nessun utente
        nieznany u|nie ma takiego|użytkownik nie istnieje|onbekende gebruiker|gebruiker onbekend
        (?:用户|收件人|邮箱|帐号|账号).{0,10}不存在
        (?:宛先|ユーザ|受信者).{0,20}(?:存在し(?:ません|ない)|不明|見つかりません)
    """,
}
