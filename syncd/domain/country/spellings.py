"""What do systems call a country, besides its code and its short name in CLDR?

Official long names, names of the parts of the United Kingdom, what people say, and each country's name for itself:
Polish, Russian, Swedish, French, Italian, German, English. Official names: UN Protocol, "Official names of the United
Nations membership", and the EU's Interinstitutional style guide, annex A5, in these languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

__all__ = ["spellings"]

_TABLE: Final = """
AT Republika Austrii|Австрийская Республика|Republiken Österrike|République d'Autriche|Repubblica d'Austria|Republik Österreich|Republic of Austria|Rep. Austrii|Oestereich
BE Królestwo Belgii|Королевство Бельгия|Konungariket Belgien|Royaume de Belgique|Regno del Belgio|Königreich Belgien|Kingdom of Belgium|België
BG Republika Bułgarii|Республика Болгария|Republiken Bulgarien|République de Bulgarie|Repubblica di Bulgaria|Republik Bulgarien|Republic of Bulgaria|България|Bulgariya|Република България
CY Republika Cypryjska|Республика Кипр|Republiken Cypern|République de Chypre|Repubblica di Cipro|Republik Zypern|Republic of Cyprus|Κύπρος|Kypros|Kıbrıs|Akrotiri|Dhekelia|Akrotiri and Dhekelia|Akrotiri i Dhekelia|Republika Cypru
CZ Republika Czeska|Чешская Республика|Tjeckiska republiken|République tchèque|Repubblica ceca|Tschechische Republik|Czech Republic|Česko|Česká republika|ČR|Tschechei|Cechia|Rep. Czeska|Czech Rep.|Czeska Republika|Republika Czech|Rep. Ceca
DE Republika Federalna Niemiec|RFN|Федеративная Республика Германия|ФРГ|Förbundsrepubliken Tyskland|République fédérale d'Allemagne|RFA|Repubblica federale di Germania|Repubblica federale tedesca|Bundesrepublik Deutschland|BRD|Federal Republic of Germany|West Germany|Germany|Bundesrepublik|Federal Republic Germany|Bundesrep. Deutschland|Fed. Rep. of Germany|Fed. Rep. Germany|BR Deutschland|Rep. Federalna Niemiec
DK Królestwo Danii|Королевство Дания|Konungariket Danmark|Royaume de Danemark|Royaume du Danemark|Regno di Danimarca|Königreich Dänemark|Kingdom of Denmark|Danmark|Kongeriget Danmark
EE Republika Estońska|Эстонская Республика|Republiken Estland|République d'Estonie|Repubblica di Estonia|Republik Estland|Republic of Estonia|Eesti|Eesti Vabariik|Republika Estonii
ES Królestwo Hiszpanii|Королевство Испания|Konungariket Spanien|Royaume d'Espagne|Regno di Spagna|Königreich Spanien|Kingdom of Spain|España|Reino de España|Baleary|Balearic Islands|Islas Baleares|Majorka|Mallorca|Майорка|Maiorca|Majorque|Ibiza|Ибица
FI Republika Finlandii|Republika Finlandzka|Финляндская Республика|Republiken Finland|République de Finlande|Repubblica di Finlandia|Republik Finnland|Republic of Finland|Suomi|Suomen tasavalta
FR Republika Francuska|Французская Республика|Republiken Frankrike|Franska republiken|République française|Repubblica francese|Französische Republik|French Republic|Korsyka|Corsica|Corse|France métropolitaine|Republika Francji
GR Republika Grecka|Греческая Республика|Republiken Grekland|République hellénique|Repubblica ellenica|Hellenische Republik|Hellenic Republic|Hellas|Ellada|Ελλάδα|Ελλάς|Ελληνική Δημοκρατία|Kreta|Crete|Крит|République grecque|Hellenska republiken
HR Republika Chorwacji|Республика Хорватия|Republiken Kroatien|République de Croatie|Repubblica di Croazia|Republik Kroatien|Republic of Croatia|Hrvatska|Republika Hrvatska|Republika Chorwacka
HU Republika Węgierska|Венгерская Республика|Republiken Ungern|République de Hongrie|Repubblica di Ungheria|Republik Ungarn|Republic of Hungary|Magyarország
IE Republika Irlandii|Ирландская Республика|Republiken Irland|République d'Irlande|Repubblica d'Irlanda|Republik Irland|Republic of Ireland|Éire|Irish Republic|Republika Irlandia|Irlandia Republika|Республика Ирландия|Rep. Irlandii|Southern Ireland|Irlandia Południowa
IT Republika Włoska|Итальянская Республика|Republiken Italien|République italienne|Repubblica italiana|Italienische Republik|Italian Republic|Italia|Sycylia|Sardynia|Sicilia|Sardegna|Sicily|Sardinia|Italienska republiken
LT Republika Litewska|Литовская Республика|Republiken Litauen|République de Lituanie|Repubblica di Lituania|Republik Litauen|Republic of Lithuania|Lietuva|Lietuvos Respublika
LU Wielkie Księstwo Luksemburga|Великое Герцогство Люксембург|Storhertigdömet Luxemburg|Grand-Duché de Luxembourg|Granducato di Lussemburgo|Großherzogtum Luxemburg|Grand Duchy of Luxembourg|Lëtzebuerg|Grand-Duché Luxembourg|Luxembourg (Grand Duchy)|Wielkie Księstwo Luksemburg|Grand-duché du Luxembourg
LV Republika Łotewska|Латвийская Республика|Republiken Lettland|République de Lettonie|Repubblica di Lettonia|Republik Lettland|Republic of Latvia|Latvija|Latvijas Republika
MT Republika Malty|Республика Мальта|Republiken Malta|République de Malte|Repubblica di Malta|Republik Malta|Republic of Malta
NL Królestwo Niderlandów|Niderlandy|Holandia|Королевство Нидерландов|Голландия|Konungariket Nederländerna|Holland|Royaume des Pays-Bas|Hollande|Regno dei Paesi Bassi|Olanda|Königreich der Niederlande|Kingdom of the Netherlands|The Netherlands|Nederland|Królestwo Holandii
PL Rzeczpospolita Polska|RP|Республика Польша|Republiken Polen|République de Pologne|Repubblica di Polonia|Republik Polen|Republic of Poland|Republika Polska
PT Republika Portugalska|Португальская Республика|Republiken Portugal|Portugisiska republiken|République portugaise|Repubblica portoghese|Portugiesische Republik|Portuguese Republic|Madera|Madeira|Azory|Azores|Açores|Азорские острова|Мадейра|Azoren|Azorerna|Repubblica del Portogallo
RO Республика Румыния|România|Roumanie|Republic of Romania|Romunia|Rumania
SE Królestwo Szwecji|Королевство Швеция|Konungariket Sverige|Royaume de Suède|Regno di Svezia|Königreich Schweden|Kingdom of Sweden|Sverige
SI Republika Słowenii|Республика Словения|Republiken Slovenien|République de Slovénie|Repubblica di Slovenia|Republik Slowenien|Republic of Slovenia|Slovenija|Republika Slovenija
SK Republika Słowacka|Словацкая Республика|Republiken Slovakien|République slovaque|Repubblica slovacca|Slowakische Republik|Slovak Republic|Slovensko|Slovenská republika|Rep. Słowacka|Slovak Rep.|Słowacka Republika|Slovakiska republiken
GB Zjednoczone Królestwo|Zjednoczone Królestwo Wielkiej Brytanii i Irlandii Północnej|Anglia|Szkocja|Walia|Brytania|Соединённое Королевство|Соединённое Королевство Великобритании и Северной Ирландии|Объединённое Королевство|Англия|Шотландия|Уэльс|Förenade kungariket|England|Skottland|Wales|Royaume-Uni de Grande-Bretagne et d'Irlande du Nord|Grande-Bretagne|Angleterre|Écosse|Pays de Galles|Gran Bretagna|Inghilterra|Scozia|Galles|Großbritannien|Vereinigtes Königreich|Vereinigtes Königreich Großbritannien und Nordirland|Schottland|United Kingdom of Great Britain and Northern Ireland|The United Kingdom|Great Britain|Britain|Scotland|UK|U.K.|G.B.|W. Brytania|Wlk. Brytania|Wielka Bryt.|Grossbritanien|Британия|Förenade Konungariket|England and Wales|Anglia i Walia|Wielka Brytania i Irlandia Północna|Great Britain and Northern Ireland|Великобритания и Северная Ирландия|Storbritannien och Nordirland|Förenade kungariket Storbritannien och Nordirland|Grande-Bretagne et Irlande du Nord|Gran Bretagna e Irlanda del Nord|Regno Unito di Gran Bretagna e d'Irlanda del Nord|Regno Unito di Gran Bretagna e Irlanda del Nord|Großbritannien und Nordirland|Zjedn. Królestwo|Ver. Königreich|Gt. Britain|GB-GBN|GB-ENG|GB-SCT|GB-WLS|GB-CYM|Wielka Brytania bez Irlandii Północnej|Wielka Brytania (bez Irlandii Północnej)|Zjednoczone Królestwo (z wyłączeniem Irlandii Północnej)|United Kingdom (excluding Northern Ireland)|Vereinigtes Königreich (ohne Nordirland)|Royaume-Uni (sans l'Irlande du Nord)|Regno Unito (esclusa l'Irlanda del Nord)|Förenade kungariket (exklusive Nordirland)|Великобритания (кроме Северной Ирландии)
AD Księstwo Andory|Княжество Андорра|Principauté d'Andorre|Principality of Andorra
AE ZEA|Emiraty|Emiraty Arabskie|ОАЭ|UAE|U.A.E.|Émirats|Emirati Arabi|VAE|Объединённые Арабские Эмираты|Арабские Эмираты|Zjedn. Emiraty Arabskie|Dubai|Dubaj|Ver. Arab. Emirate|Ver. Arabische Emirate
AL Republika Albanii|Республика Албания|Republic of Albania|Shqipëria|Republiken Albanien|République d'Albanie|Repubblica d'Albania|Republik Albanien
AM Republika Armenii|Республика Армения|Republic of Armenia|Republiken Armenien|République d'Arménie|Repubblica d'Armenia|Republik Armenien
AZ Republika Azerbejdżanu|Азербайджанская Республика|Republic of Azerbaijan|Республика Азербайджан|Republiken Azerbajdzjan|République d'Azerbaïdjan|Republik Aserbaidschan
AX Ålandsinseln|Ålandsöarna|Åland-Inseln|Эландские острова
BA Bośnia|Bosnia|Bosnien|Bosnie|БиГ|Bosna i Hercegovina|Bośnia i Hercegowina|Republika Bośni i Hercegowiny|Bosnia-Erzegovina|Bosnien-Hercegovina|Republic of Bosnia and Herzegovina
BM Бермуды
BO Bolivia, Plurinational State of|Plurinational State of Bolivia
BQ Bonaire|Bonaire, Sint Eustatius and Saba
BY Republika Białorusi|Республика Беларусь|Белоруссия|Vitryssland|Biélorussie|Bielorussia|Weißrussland|Republic of Belarus|Byelorussia|White Russia|Republiken Vitryssland|République du Bélarus|Repubblica di Bielorussia|Republik Belarus
BN Brunei Darussalam
CD Congo, Democratic Republic of the|Democratic Republic of the Congo|DR Congo|DRC|Congo, The Democratic Republic of the|Demokratische Republik Kongo|République démocratique du Congo|Repubblica democratica del Congo|Demokratiska republiken Kongo|Демократическая Республика Конго|Congo, Dem. Rep.|Dem. Rep. Congo
CG Congo, Republic of the|Republic of the Congo|Congo, Rep.
CH Konfederacja Szwajcarska|Швейцарская Конфедерация|Schweiziska edsförbundet|Confédération suisse|Confederazione svizzera|Schweizerische Eidgenossenschaft|Swiss Confederation|Helvetia|Schweiziska konfederationen|Confédération helvétique
CI Ivory Coast|Wybrzeże Kości Słoniowej|Кот-д'Ивуар
CN Chińska Republika Ludowa|ChRL|Китайская Народная Республика|КНР|Folkrepubliken Kina|République populaire de Chine|Repubblica popolare cinese|Volksrepublik China|People's Republic of China|PRC|P.R. China|PR China|Mainland China
CV Cabo Verde|Cape Verde
DO Republika Dominikańska
FK Malvinas|Islas Malvinas
FM Micronesia, Federated States of
FO Fær Øer|Faroes|Färöer-Inseln|Isole Faroe|Isole Faroer
GE Republika Gruzji|Республика Грузия|Republic of Georgia|Sakartvelo|Saqartvelo
GF Französisch-Guyana
HK Hongkong|Hong Kong|Гонконг|Hongkong (Chiny)|Hong Kong (China)|Hong Kong SAR|Hong Kong SAR China|Hong Kong S.A.R.|Hong Kong SAR, China
IL Państwo Izrael|Государство Израиль|State of Israel|Staat Israel|État d'Israël|Stato d'Israele|Staten Israel
IM Insel Man
IR Islamska Republika Iranu|Iran, Islamic Republic of|Islamic Republic of Iran|Исламская Республика Иран|Iran, Islamic Rep.
IS Republika Islandii|Республика Исландия|Republic of Iceland|Ísland|Republiken Island|République d'Islande|Repubblica d'Islanda|Republik Island
KG Republika Kirgiska|Кыргызская Республика|Кыргызстан|Киргизия|Kyrgyz Republic
KP Koreańska Republika Ludowo-Demokratyczna|KRLD|Korea, Democratic People's Republic of|Democratic People's Republic of Korea|DPRK|КНДР|Корейская Народно-Демократическая Республика|Корея, Народно-Демократическая Республика|Северная Корея|Korea, Dem. People's Rep.
KR Republika Korei|Республика Корея|Republiken Korea|République de Corée|Repubblica di Corea|Republik Korea|Republic of Korea|Korea, Republic of|ROK|Corée du Sud|Corea del Sud|Sydkorea|Südkorea|Южная Корея|Республика Корея|Korea Płd.|Korea, Rep.
KY Каймановы острова
KZ Republika Kazachstanu|Республика Казахстан|РК|Republiken Kazakstan|République du Kazakhstan|Repubblica del Kazakistan|Republik Kasachstan|Republic of Kazakhstan|Қазақстан|Qazaqstan
LA Lao People's Democratic Republic|Lao|Lao PDR
LI Księstwo Liechtensteinu|Княжество Лихтенштейн|Fürstentum Liechtenstein|Principality of Liechtenstein|Lichtenstein|Księstwo Liechtenstein|Furstendömet Liechtenstein|Principauté du Liechtenstein|Principato del Liechtenstein
MC Księstwo Monako|Княжество Монако|Principauté de Monaco|Principato di Monaco|Fürstentum Monaco|Principality of Monaco
MD Republika Mołdawii|Mołdowa|Республика Молдова|Молдавия|République de Moldavie|Repubblica di Moldova|Republik Moldau|Moldawien|Moldova, Republic of|Republic of Moldova|République de Moldova|Republica Moldova|Moldau
ME Czarnogóra|Crna Gora|Republika Czarnogóry
MF Saint Martin (French part)
MK Macedonia|Macedonia, the former Yugoslav Republic of|Former Yugoslav Republic of Macedonia|FYROM|FYR Macedonia|Republika Macedonii Północnej|Македония|Makedonien|Macédoine|Mazedonien|Republic of North Macedonia|Республика Северная Македония|Republiken Nordmakedonien|République de Macédoine du Nord|Repubblica di Macedonia del Nord|Republik Nordmazedonien
MM Birma|Бирма|Burma|Birmanie|Birmania
MO Makao|Macau|Macao|Makau|Macau SAR|Macau SAR China|Macao SAR|Macao SAR, China
NO Królestwo Norwegii|Королевство Норвегия|Konungariket Norge|Royaume de Norvège|Regno di Norvegia|Königreich Norwegen|Kingdom of Norway|Norge|Noreg
PS Palestine|Palestine, State of|State of Palestine|Palestyna|Палестина|Autonomia Palestyńska|Палестина, Государство|Palestyna (państwo)
RE Île de la Réunion|Reunion Island|Réunion Island
RS Republika Serbii|Республика Сербия|Republiken Serbien|République de Serbie|Repubblica di Serbia|Republik Serbien|Republic of Serbia|Srbija|Србија
RU Federacja Rosyjska|Российская Федерация|РФ|Ryska federationen|Fédération de Russie|Federazione russa|Russische Föderation|Russian Federation
SA KSA|Kingdom of Saudi Arabia|Królestwo Arabii Saudyjskiej|Королевство Саудовская Аравия|Royaume d'Arabie saoudite|Regno dell'Arabia Saudita|Königreich Saudi-Arabien|Konungariket Saudiarabien
SC Сейшелы
SM Republika San Marino|Республика Сан-Марино|République de Saint-Marin|Repubblica di San Marino|Republic of San Marino|Rep. San Marino
SX Sint Maarten (Dutch part)
SY Syrian Arab Republic|Сирийская Арабская Республика
SZ Suazi|Swaziland
TH Kingdom of Thailand
TJ Republika Tadżykistanu|Республика Таджикистан
TM Туркмения
TR Republika Turcji|Турецкая Республика|Republiken Turkiet|République de Turquie|Repubblica di Turchia|Republik Türkei|Republic of Türkiye|Republic of Turkey|Turkey|Turkiye|Türkiye
TW Republic of China|Taiwan, Province of China|Chinese Taipei|Тайвань (Китай)|Taiwan R.O.C.
TZ Tanzania, United Republic of|United Republic of Tanzania|Танзания, Объединённая Республика
UA Республика Украина|Україна|Ukraina
US Stany Zjednoczone Ameryki|Stany Zjednoczone|США|Соединённые Штаты Америки|Förenta staterna|Amerikas förenta stater|États-Unis d'Amérique|États-Unis|Stati Uniti d'America|Stati Uniti|Vereinigte Staaten von Amerika|Vereinigte Staaten|United States of America|United States|USA|U.S.A.|US|U.S.|America|Ameryka|Америка|Amerika|Amérique|Stany Zjedn.|Stany Zjednoczone Ameryki Północnej
UZ Republika Uzbekistanu|Республика Узбекистан|Republic of Uzbekistan
VA Stolica Apostolska|Государство-город Ватикан|Heliga stolen|Saint-Siège|Santa Sede|Heiliger Stuhl|Holy See|Vatican|Vatican City State|Holy See (Vatican City State)|Vatikan|Папский Престол|Папский Престол (Государство-город Ватикан)|Stato della Città del Vaticano|État de la Cité du Vatican|Staat Vatikanstadt|Państwo Watykańskie|Vaticano|Vatikanen|Cité du Vatican
VE Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela|Венесуэла (Боливарианская Республика)|Venezuela, RB
VG British Virgin Islands|Virgin Islands, British
VI US Virgin Islands|Virgin Islands, U.S.
VN Viet Nam|Wietnam
XK Republika Kosowa|Республика Косово|Republic of Kosovo|Kosova|Kosovo (UNSCR 1244)|Kosovo under UNSCR 1244
ZA RPA|Republika Południowej Afryki|ЮАР|RSA|Republic of South Africa|Południowa Afryka|Южная Африка
""".strip()  # noqa: E501 - a line for each country reads best


def spellings() -> Iterator[tuple[str, str]]:
    """Pairs of a country's code and a name."""
    for line in _TABLE.splitlines():
        code, names = line[:2], line[3:]
        for name in names.split("|"):
            yield code, name
