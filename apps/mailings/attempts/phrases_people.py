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
        (?:mail ?box|inbox|maildir|mail ?folder|account|user|storage|mailstore)~4 \
            (?:full\b|over[- ]?quota|over its|exceed\w*|out of)
        @\W{1,4}(?:is |has )?(?:full\b|over[- ]?quota|over its|out of)
        full (?:mail ?box|inbox)|quota|out of (?:storage|space)
        exceed\w* (?:(?:its|the|their|max\w*|allowed|recipient|user) )*(?:storage|mailbox|disk)
        mail ?file size exceeds|storage (?:space|limit|allocation|exceeded)|insufficient storage
        mail ?box (?:size|limit|would exceed)|mail system full
        (?:disk|space)~3 (?:full|exceeded|used up)|enough (?:storage )?space
        too much mail data|too many messages on the
        переполнен|превышен\w* (?:квот|размер ящик)|нет (?:свободного )?места
    """,
    M.TOO_BIG: r"""
        (?:message|mail|letter|e-?mail|data|file|attachment|header|size)s?~4 (?:too (?:big|large\
            |long)|exceed\w*(?!.{0,20}\bhop))
        exceed\w*~4 (?:size|length)
        size (?:limit|exceed)|too (?:big|large)\b|taille limite|слишком (?:больш|велик)
    """,
    M.WAIT: r"""
        gr[ea]y[- ]?list|серы[йх] спис|first time sender|come back later
        temporar(?:y|ily)
    """,
    M.ROUTE: r"""
        too many hops|hop count|exceeded \d+ hops
        \bloop(?:s|ing|ed)?\b|in the queue too long|queue period
        (?:message|envelope|mail) (?:has )?expired|delivery time expired|tim(?:ed|e)[ -]?out
        retry time not|giving up on
        dns query failed|lookup fail(?!ed permanently)|contact dns
        host not found, try|name server reply|no relevant answers
        no route|resolve route|host (?:is )?unreachable|network (?:error|unreachable)\
            |unroute?able mail domain
        could not deliver for|not responding|within \d+ (?:days|hours)|retry timeout
        multiple retries|(?<!domain is )not reachable|failed \d+ attempts
        (?:lost connection|conversation) with
        not be delivered for (?:more than )?\d|delivery expired|failing for a long
        network is unreachable|establish an smtp connection|connection died
        connection (?:refused|reset|dropped)|could not (?:connect|find a gateway)\
            |failed to connect
        did not accept our request|attempts will continue|failed to deliver to domain
        best-preference mx|several matches found|local delivery failed|homedir creator
        delivery to (?:file|pipe|/\S{1,80}) (?:is )?forbidden
        (?:contact|connect(?:ion)? to|into|search on|failure in|error in)~1 ldap
        did not respond|unknown mail transport|not been collected|deferred because
        (?<!; )misconfigured
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
            |known)|is not reachable|does(?: not|n't) exist|non-?existent)
        (?:unknown|no such|bad destination|illegal|non-?existent) (?:destination |recipient \
            |mail )?(?:host|domain|system)
        couldn't find any host|non-?existent hosts|no mx found
        no mx or a records?\b|no smtp service|nonexistentdomain\
            |find a mail exchanger|domain \S{1,80} couldn't be found|doesnt exist
        lookups? (?:has |have )?failed permanently|answer with no data
        nxdomain|name or service not known|recipient domain must exist|no mx record found
        domain mentioned in \S{1,20}(?: \w+)? is unknown
        домен\w* (?:\S{1,60}+ )?не (?:сущ|найд)
    """,
    M.NO_MAILBOX: r"""
        {bad}~2 {who}(?![\w-])
        no such (?:person|one|id)\b|not found (?:recipient|user|account|mail ?box)\b
        \b{who}\)?\W{0,6}+(?:\S{1,80}+ ){0,6}?{not_there}
        @\W{1,6}(?:is |was )?{not_there}
        (?:no|isn't an?|not an?) (?:mail[ -]?box|account|user|one|person|recipient|address|alias\
            |local address)~3 (?:by|with|at|under|here|found|exists?|available|there)
        (?:doesn't|does not) have an? .{0,40}account|can(?:'t|not) (?:accept|find) (?:the )?user\
            |not a member of domain
        recipients? (?:is |cannot be )?(?:not (?:accepted|ok)|verified)|user \W*@\W* not ok\
            |rejected recipients
        envelope recipient has been denied|^[\d. ]*does not exist\W*$
        rejected: (?:account unavailable|undeliverable address)|final email delivery point
        (?:unable to|could not|cannot|can't) find (?:the |this )?(?:user|recipient|mailbox)
        (?:no matches found|not unique) in \w{1,20} directory|not in recipient table
        non-local recipient verification
        and other recipients in the same domain|address couldn't be found|unknown local[- ]part
        badrcptto|validrcptto|badrecipientto|not a local address
        recip(?:ient)? ?not ?found
        unroute?able address|recipients? (?:was|were) undeliverable|user missing home
        recipient (?:address )?rejected(?:[. ]*$|\.? \(|: invalid|: need fully)
        ^5\.4\.1 .{0,20}recipient address rejected: access denied
        address rejected(?:[. ]*$| @|: need fully-qualified address)
        (?:address|recipient|mailbox) syntax
        no .{1,80} in name directory
    """,
}
