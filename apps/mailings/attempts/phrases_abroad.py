"""The words of servers about a recipient in other languages than English, as in `phrases`."""
from .faults import Meaning as M

FOR_NOW = {
    M.FULL: r"""
        {box}~6 voll\b
        {box}~6 vol\b
        {box}~6 plein
        {box}~6 llen[oa]\b
        {box}~6 pien[oa]\b
        {box}~6 cheia\b
        {box}~6 pe[łl]na\b
        ящик\w*~4 полон
        メールボックス.{0,20}(?:いっぱい|一杯|満杯|超)
        容量.{0,12}(?:超え|オーバー|不足)
        邮箱.{0,6}满
    """,
}
GONE = {
    M.NO_MAILBOX: r"""
        {somebody}~6 inconnu
        {somebody}~6 inexist
        {somebody}~6 inesist
        {somebody}~8 n'existe
        {somebody}~8 introuvable
        (?:non|pas) r[ée]pertori
        no se encuentra en el directorio
        {somebody}~8 unbekannt
        {somebody}~8 existiert nicht
        {somebody}~8 nicht gefunden
        {somebody}~8 nicht (?:bekannt|vorhanden)
        {somebody}~6 desconocid
        {somebody}~6 desconhecid
        {somebody}~8 no existe
        {somebody}~8 n[ãa]o (?:existe|foi encontrad)
        {somebody}~6 sconosciut
        {somebody}~8 non esiste
        {somebody}~8 non [èe]'? stat[oa] trovat
        {somebody}~6 non trovat
        {somebody}~4 onbekend
        {somebody}~4 nie istnieje
        {somebody}~4 bulunamad
        {somebody}~4 не сущ
        {somebody}~4 не найд
        {somebody}~4 не зарег
        {somebody}~4 не извест
        {somebody}~4 неизвест
        {somebody}~4 отсутств
        unbekannte[rns]? {somebody}
        no existe~2 {somebody}
        no se (?:ha )?encontr\w+~2 {somebody}
        impossibile trovare.{0,20}{somebody}
        не найден\w*~3 {somebody}
        nessun utente|nieznany u|nie ma takiego|onbekende {somebody}
        ok[äa]nd {somebody}
        ukj?en[dt]t? {somebody}
        (?:нет|неизвестн\w+|несуществующ\w+) (?:таког\w+ |почтов\w+ )*{somebody}
        no existe (?:ese|el|esa|la|dicha|dicho|este)\b
        (?:用户|收件人|邮箱|帐号|账号).{0,10}不存在
        (?:宛先|ユーザ|受信者|アドレス|アカウント).{0,20}(?:存在し|不明|見つか(?:りません|らない)\
            |いません|ありません)
        ディレクトリ.{0,16}(?:見つかりません|ありません)
    """,
}
