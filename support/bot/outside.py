"""What people ask a shop that no article of a help centre answers, and what they ask for somebody else. Pure data.

Such words are told from the rest because the words beside them are a shop's own: “is there a toilet in the shop” speaks
of the shop, and is no question about its hours. A colleague reads it; no article is offered. What words alone do not
tell is told by examples: outside.toml holds questions that nothing of ours answers, in the words of customers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from crm.words.spoken_words import Dictionary, words_in

ASKED = Path(__file__).parent / "outside.toml"

# Work, trade with other companies, the press; health; what goods are made of; places and their comforts; machines and
# repairs; courses and evenings; the world at large; rudeness. What a shop's own words may mean as well (“work”,
# “contact”, “contents of the basket”) is not among them.
_is_elsewhere = Dictionary(
    """
    ваканси* резюме стажиров* трудоустр* собеседован* оптом опт оптов* опту франшиз* франчайз* партнерств* поставщик*
    сотруднич* аренд* инвест* акционер* журналист* интервью блогер* спонсор* тендер* директор* владел* собственник*
    основател* беремен* кормлен* кормящ* давлени* лекарств* таблетк* диабет* аллерг* врач* лечит* лечеб* вылеч* болезн*
    похуде* похудет* гастрит* бессонниц* противопоказан* младенц* калори* кофеин* глютен* лактоз*
    безлактоз* пестицид* органич* веган* состав состава составе содержит халяль* парковк* парковат* туалет* собак*
    собач* кошк* коляск* пандус* вайфай wifi розетк* кофемашин* кофеварк* кофемолк* чинит* починит* ремонт*
    мастер-класс* курсы дегустац* экскурс* кейтеринг* банкет* свадьб* рецепт* погод* президент* анекдот* стих*
    сочинен* гороскоп* футбол* нахам* хамил* хамит* грубил* нагруб* груб*
    стаж обява обяви автобиограф* едро едър едри франчайз* партньор* доставчик* сътруднич* наем*
    инвест* журналист* интервю блогър* спонсор* търг директор* собственик* собственици шеф* основател* бремен* кърмя*
    кърмачк* кръвно налягане лекарств* хапчет* диабет* алерг* лекар* лекув* лечебн* болест* отслабва* гастрит*
    безсъни* противопоказан* бебе бебета калори* кофеин* глутен* лактоз* пестицид* биологич* веган* състав* съдържа*
    халал захар захарта паркинг* паркира* тоалетн* куче кучета котка котки рампа вайфай кафемашин*
    еспресо-машин* мелачк* поправяте ремонтир* курс курсове семинар* дегустац* кетъринг* банкет* сватб* рецепт*
    президент* виц вицове стих стихотворен* съчинен* хороскоп* футбол* нагруб* груб* обиди
    job jobs vacanc* career* hiring wholesale franchise* partnership* supplier* investor* journalist* sponsor* director*
    owner* pregnan* medicine* pills diabet* allerg* calorie* caffeine gluten lactose pesticide* vegan ingredient* sugar
    parking toilet* dog dogs wifi repair* courses tasting* catering wedding* recipe* weather president* joke*
    гаранти* гаранц* переработк* рециклир* биоразлаг* биоразград* логотип* лого рекламир* инфлуенс* велосипед* колело
    аэропорт* летищ* самолет* авиабилет* фильм* филм* подделк* полезен полезна полезно вреден вредна вредно конкурс*
    розыгрыш* лотере* томбол* аптек* такси пицц* адвокат* диплом* дипломн* зонт* чадър* водопроводчик* сантехник*
    umbrella* taxi pizza lawyer* lottery airport* pharmacy bicycle* guarantee* warranty influencer*
    """
)
# Of these only both words together say so.
_is_pair = Dictionary(
    """
    купить_рекламу рекламу_у из_какой какой_лучше что_лучше лучше_взять что_посоветуете
    посоветуйте_чай посоветуйте_кофе порекомендуйте_чай мобильное_приложение черная_пятница устроиться_на
    работать_у работу_у на_работу выходит_на
    на_работа коя_държава кое_кафе кой_чай да_работя черен_петък мобилно_приложение
    работа_при за_работа препоръчате_хотел препоръчате_чай препоръчате_кафе
    """
)
_is_somebody_else = Dictionary(
    """
    муж* мужа жен* жены сосед* коллег* подруг* друга сестры брата мамы маминых маминого папы сына дочери дочк* родител*
    мъж съпруг* съпруга колега* колежк* приятелка* приятелят приятеля сестра брат майка баща дъщеря син сина съсед*
    husband* wife* neighbour* colleague* sister* brother* mother* father* son* daughter*
    """
)


def is_outside(text: str) -> bool:
    """Does it speak of something that only a person answers?"""
    words = words_in(text)
    return any(map(_is_elsewhere, words)) or any(map(_is_pair, _pairs(words)))


def names_somebody_else(text: str) -> bool:
    """Is another person named? Then it is not sure whose account is meant."""
    return any(map(_is_somebody_else, words_in(text)))


@cache
def asked() -> Sequence[tuple[str, str]]:
    """(language, question): what people ask and no article answers."""
    told = tomllib.loads(ASKED.read_text())
    return [(language, question) for language, questions in told.items() for question in questions]


def _pairs(words: Sequence[str]) -> Sequence[str]:
    return [f"{first}_{second}" for first, second in pairwise(words)]
