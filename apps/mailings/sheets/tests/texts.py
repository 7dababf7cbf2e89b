"""Texts in Cyrillic as they stand in people's tables, each of 200 octets or more."""

NAMES = """Иванов Пётр Сергеевич
Смирнова Анна Викторовна
Кузнецов Алексей
Попова Елена Дмитриевна
Ёлкина Софья
Щербаков Юрий Эдуардович
Яковлев Игорь
Цветкова Жанна Хасановна
Гусев Фёдор
Объедков Илья
"""
TABLE = """Имя;Почта;Город;Телефон
Анна;anna@example.com;Казань;+7 900 000-00-01
Пётр;petr.ivanov@example.org;Санкт-Петербург;8 (812) 000-00-02
Юлия;yu@example.net;Нижний Новгород;
Эдуард;ed@example.com;Йошкар-Ола;89000000003
Ольга;olga-1985@example.org;Уфа;+7 900 000-00-04
Семён;semen@example.net;Орёл;+7 900 000-00-05
Жанна;zhanna@example.com;Великий Новгород;
"""
LITTLE = """id,email,status,city,created
1,first.customer@example.com,active,Москва,2024-01-05
2,second@example.com,active,Тверь,2024-01-06
3,third@example.org,blocked,Сочи,2024-02-11
4,fourth@example.net,active,Псков,2024-02-12
5,fifth@example.com,active,Рига,2024-03-01
6,sixth@example.com,active,Омск,2024-03-02
"""
ADDRESSES = """420111, Республика Татарстан, г. Казань, ул. Баумана, д. 15, кв. 7
190000, г. Санкт-Петербург, наб. реки Мойки, д. 108, лит. А
630099, Новосибирская обл., г. Новосибирск, Красный пр-т, 35, офис 210
344002, г. Ростов-на-Дону, пер. Семашко, дом № 51
690091, Приморский край, г. Владивосток, ул. Светланская, 69
"""
COMMENTS = """Просил звонить после обеда, покупает только чай
Постоянный покупатель, скидка 10 %, любит «Тёмный лес»
Не писать по выходным; жена заберёт заказ сама
Вернул товар: не подошёл размер. Отправили замену
Хочет узнать о новинках — напомнить в марте
Подъезд со двора, домофон не работает, звонить заранее
"""
CAPITALS = """ООО "РОМАШКА" ОТДЕЛ ЗАКУПОК
ИП КУЗНЕЦОВА МАРИЯ ПЕТРОВНА
ЗАО ТОРГОВЫЙ ДОМ СЕВЕРНЫЙ ВЕТЕР
АО ХЛЕБОЗАВОД ЮЖНЫЙ, Г. ЭЛИСТА
МАГАЗИН ЦВЕТЫ У ДОМА, ПРОСПЕКТ МИРА
ФИЛИАЛ ЖИЛИЩНОЙ КОМПАНИИ ЩИТ
СТРОИТЕЛЬНЫЙ РЫНОК ОБЪЕКТ ПЯТЬ
"""
CAPITAL_TABLE = """ФИО;ПОЧТА;ГОРОД
СИДОРОВ ИЛЬЯ;sidorov@example.com;ПЕРМЬ
ЕГОРОВА ДАРЬЯ;egorova@example.com;ТУЛА
ШИШКИН ЯКОВ;shishkin@example.org;ИЖЕВСК
БЕЛОВА ЭММА;belova@example.net;ЧИТА
ФРОЛОВ ЛЕВ;frolov@example.com;АНАПА
ЮДИН ГЛЕБ;yudin@example.com;ЕЙСК
МАСЛОВ АРТЁМ;maslov@example.com;ВЫБОРГ
"""
SMALL = """чай чёрный листовой, чай зелёный, кофе в зёрнах, сахар
печенье овсяное, пряники тульские, варенье из вишни
мёд гречишный, орехи грецкие, яблоки сушёные
хлеб ржаной, сухари, баранки с маком, вафли
сыр козий, сметана, творог домашний, яйца
"""
QUOTED = '''"Название";"Контакт";"Почта"
"ООО «Вершина»";"Громов, Павел";"gromov@example.com"
"ИП Лукина";"Лукина, Ева";"lukina@example.com"
"Студия «Шаг»";"Цой, Эмиль";"choi@example.org"
"Кафе ""Юность""";"Ющенко, Ян";"yan@example.com"
"Дом быта № 5";"Мороз, Зоя";"zoya@example.net"
'''
UKRAINIAN = """Ім'я;Пошта;Місто
Олександр Шевченко;shevchenko@example.com;Київ
Юлія Гриценко;yulia@example.com;Чернігів
Євген Ткачук;evgen@example.org;Запоріжжя
Наталія Бойко;boiko@example.net;Львів
Сергій Кравець;kravets@example.com;Вінниця
Тетяна Мельник;melnyk@example.com;Рівне
"""
BELARUSIAN = """Імя;Пошта;Горад
Алесь Кавалёў;ales@example.com;Мінск
Ганна Новік;hanna@example.com;Гродна
Уладзімір Жук;zhuk@example.org;Віцебск
Юрась Шаўчэнка;yuras@example.com;Магілёў
Кацярына Гурына;kat@example.com;Гомель
"""
SENTENCES = [
    "Добрый день! Подскажите, пожалуйста, когда поступит в продажу новая коллекция посуды, "
    "о которой вы писали в прошлом месяце, и можно ли заказать её с доставкой до квартиры.",
    "Заказ собран и ждёт в пункте выдачи до пятницы. Возьмите с собой паспорт или назовите код "
    "из письма, хранение бесплатное, продлить его можно в личном кабинете или по телефону.",
    "Спасибо за отзыв; мы передали его пекарям, и они обещали больше не жалеть изюма, а вам за "
    "внимательность положен подарок — коробка пряников к любому заказу в течение месяца.",
    "Юбилей компании мы отметим распродажей: чайники, ложки, щипцы для сахара, фарфор и эмаль "
    "отдаём дешевле обычного, а первым ста гостям нальём чаю с чабрецом и угостим вареньем.",
    "Съёмка каталога переносится на четверг, фотограф Эльдар Хамзин подъедет к девяти утра, "
    "просьба подготовить образцы: жёлтый, фиолетовый и тёмно-синий, этикетки сохранить.",
    "по договору поставки товар принимает кладовщик, он же сверяет накладную, количество мест "
    "и целостность упаковки, о недостаче сообщает в тот же день менеджеру по закупкам",
]
STREETS = ["Ленина", "Гагарина", "Садовая", "Школьная", "Цветочная", "Южная", "Заречная",
           "Щорса", "Энгельса", "Фабричная", "Береговая", "Хлебная"]
PEOPLE = ["Олег Фомин", "Яна Чехова", "Глеб Жуков", "Раиса Ильина", "Эльвира Юсупова",
          "Тимур Шакиров", "Нина Цыганкова", "Борис Щукин", "Вера Мухина", "Захар Ермаков"]


def made() -> list[str]:
    """Return tables that are put together: of people, streets and figures in various orders."""
    texts = []
    for turn in range(12):
        lines = ["Клиент;Улица;Сумма;Почта" if turn % 2 else "name;street;sum;email"]
        for row in range(8):
            person = PEOPLE[(turn + row * 3) % len(PEOPLE)]
            street = STREETS[(turn * 5 + row) % len(STREETS)]
            lines.append(f"{person};ул. {street}, {row + 1};{turn * 7 + row},50;p{row}@example.com")
        text = "\n".join(lines)
        texts.append(text.upper() if turn % 4 == 3 else text)
    return texts


RUSSIAN = [NAMES, TABLE, LITTLE, ADDRESSES, COMMENTS, CAPITALS, CAPITAL_TABLE, SMALL, QUOTED,
           *SENTENCES, *(text.upper() for text in SENTENCES), *(text.lower() for text in SENTENCES),
           NAMES.upper(), NAMES.lower(), ADDRESSES.upper(), *made()]
OTHER_CYRILLIC = [UKRAINIAN, BELARUSIAN]
WESTERN = [
    "Nombre;Correo;Ciudad\nJosé Peña;jose@example.com;Málaga\nMaría Núñez;maria@example.com;León\n"
    "Íñigo Ibáñez;inigo@example.org;Cádiz\n¿Quién?;quien@example.com;La Coruña\n",
    "name,email,note\nZoë Brontë,zoe@example.com,café regular\nJürgen Groß,j@example.com,"
    "prefers the “old” menu – 5 £\nAnaïs,a@example.com,naïve façade\n",
    "Nom;Adresse;Prénom\nLefèvre;12, rue de l’Hôtel;Hélène\nGarçon;à côté;François\n",
    "Name;Straße;Ort\nMüller;Königsallee 5;Düsseldorf\nGroß;Hübnerstraße 1;Köln\n",
]
