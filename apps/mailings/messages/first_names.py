"""First names that are met often, as a help to `names.py` where endings tell nothing.

A name that is not here is still told by the other parts. Small letters, ё as е.
"""

WOMEN = frozenset("""
аделина аза аида айгуль айгерим айнур алевтина александра алена алеся алина алиса алия алла
альбина альфия амина анастасия ангелина анжела анжелика анна антонина анфиса аня ариана арина
ася белла богдана валентина валерия варвара варя василина василиса венера вера вероника
виктория виолетта влада владислава галина галя гульнара гузель дана дарина дария дарья даша диана
дина динара евгения ева евдокия екатерина елена елизавета есения жанна залина зара зарема зарина
злата земфира зинаида зоя зульфия инга инесса инна ира ирина камилла карина каролина катерина
катя кира клавдия клара кристина ксения лада лана лариса лейла лена лера лиана лидия лиза лика
лилия лина лола луиза любовь люба людмила люда ляйсан майя мадина мальвина маргарита марианна
марина мария марта марфа марьям марьяна маша мелания милана милена мира мирослава надежда надя
наиля настя наталия наталья наташа нелли ника нина нино нинель нонна оксана октябрина олеся ольга
оля пелагея полина прасковья раиса регина рената римма рита роза роксана румия руслана сабина
саида светлана света серафима снежана соня софия софья стелла стефания сусанна таисия тамара
тамила таня татьяна таня ульяна фаина фатима фарида фекла чулпан эвелина элеонора элина элла
эльвира эльмира эмилия эмма эльза эсмира юлиана юлия юля юна яна ярослава ясмина
mary maria marie anna anne ann emma olivia sophia sofia isabella charlotte amelia emily elizabeth
jennifer linda patricia susan jessica sarah sara karen nancy lisa betty margaret sandra ashley
kimberly michelle amanda melissa deborah stephanie rebecca laura helen sharon cynthia kathleen amy
angela shirley brenda pamela nicole samantha katherine catherine christine rachel carolyn janet
julia julie victoria kate alice eva ella grace hannah claire jane diana irina olga elena natalia
natalya tatiana tatyana svetlana marina ekaterina anastasia daria ksenia galina ludmila polina
alina nina vera lyudmila oksana yulia yana larisa
""".split())

MEN = frozenset("""
абдулла август августин адам азамат айдар айрат акакий алан алексей александр алеша алик алмаз
альберт али алишер анатолий ангел андрей анзор антон аркадий арам арман армен арсен арсений
арслан артем артемий артур архип аслан афанасий ахмед ахмат ашот богдан боря борис булат бронислав
вадим вазген валентин валера валерий валерьян ваня василий вася вахтанг велимир вениамин виктор
виталий витя влад владимир владислав владлен влас вова володя всеволод вячеслав гавриил гаврила
гарик геннадий георгий герасим герман гиви глеб гоги гриша григорий гурам давид давыд дамир даниил
данил данила данияр демид демьян денис дима дмитрий добрыня евгений евграф егор елисей емельян
ефим ефрем женя жора заур захар зураб иван игнат игнатий игорь игорек измаил илларион илья ильдар
ильнур ильяс иннокентий иосиф ираклий исаак исмаил казбек камиль карен карл касьян кирилл клим
климент коля константин корней костя кузьма лаврентий лазарь лев леонард леонид леонтий лука
лукьян макар максим максимилиан мамед марат марк мартин марко матвей мераб мирон мирослав
митрофан михаил миша модест мурат муса мухаммад мухаммед назар назарий наум никита никифор никодим
николай нодар нурлан олег олесь онуфрий осип оскар остап отар павел паша панкрат петр петя платон
порфирий потап прохор радий радик рамазан рамиль расул рафаил рафаэль рафик рашид ренат ринат
роберт родион роман ростислав рубен рудольф руслан рустам савва савелий саид салават самуил саша
святослав сева севастьян семен серафим сергей сережа сидор силантий слава спартак спиридон
станислав стас степан султан тагир тарас тенгиз терентий тигран тимофей тимур тихон толя трофим
усман устин фарид федор федя феликс филипп фома фрол харитон хасан христофор чингиз шамиль
шота эдвард эдгар эдик эдуард эльдар эмиль эммануил эраст эрик эрнест юлиан юлий юра юрий яков ян
януш ярослав
james john robert michael william david richard joseph thomas charles christopher daniel matthew
anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward
jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin
samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry
peter kyle noah ethan oliver harry jan hans fritz klaus jurgen pierre jean luca marco carlos juan
pedro miguel martin erik ivan sergey sergei dmitry dmitri andrey andrei alexey aleksei aleksandr
vladimir nikolai nikolay mikhail pavel oleg igor konstantin yuri maxim roman denis anton artem
""".split())

# Men's names that end like women's.
SOFT_MEN = frozenset("""
никита илья лука фома кузьма савва гаврила данила саша женя миша ваня вася витя вова володя гриша
дима коля костя петя паша сережа федя юра слава сева толя жора боря леша алеша муса абдулла валера
""".split())

EVERY = WOMEN | MEN
