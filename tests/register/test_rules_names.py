"""Names as people say them, from the names as the register prints them."""

import pytest

from kooperation.parties.rules import Level
from kooperation.register.rules.names import bare_name, display_name, seat_of_contract

NAMES = """
land | 01 | | Schleswig-Holstein | Schleswig-Holstein
land | 04 | | Bremen | Bremen
regierungsbezirk | 05 | | Reg.-Bez. Düsseldorf | Regierungsbezirk Düsseldorf
regierungsbezirk | 09 | | Oberpfalz | Regierungsbezirk Oberpfalz
landkreis | 01 | 43 | Herzogtum Lauenburg | Kreis Herzogtum Lauenburg
landkreis | 01 | 43 | Rendsburg-Eckernförde | Kreis Rendsburg-Eckernförde
landkreis | 03 | 44 | Region Hannover | Region Hannover
landkreis | 03 | 44 | Nienburg (Weser) | Landkreis Nienburg (Weser)
landkreis | 03 | 44 | Heidekreis | Heidekreis
landkreis | 03 | 44 | Oldenburg | Landkreis Oldenburg
landkreis | 05 | 43 | Kleve | Kreis Kleve
landkreis | 05 | 43 | Rhein-Erft-Kreis | Rhein-Erft-Kreis
landkreis | 05 | 43 | Rhein-Kreis Neuss | Rhein-Kreis Neuss
landkreis | 05 | 43 | Städteregion Aachen | Städteregion Aachen
landkreis | 05 | 43 | Oberbergischer Kreis | Oberbergischer Kreis
landkreis | 05 | 43 | Hochsauerlandkreis | Hochsauerlandkreis
landkreis | 06 | 44 | Bergstraße | Kreis Bergstraße
landkreis | 06 | 44 | Groß-Gerau | Kreis Groß-Gerau
landkreis | 06 | 44 | Fulda | Landkreis Fulda
landkreis | 07 | 44 | Eifelkreis Bitburg-Prüm | Eifelkreis Bitburg-Prüm
landkreis | 07 | 44 | Altenkirchen (Westerwald) | Landkreis Altenkirchen (Westerwald)
landkreis | 07 | 44 | Vulkaneifel | Landkreis Vulkaneifel
landkreis | 08 | 44 | Ortenaukreis | Ortenaukreis
landkreis | 08 | 44 | Bodenseekreis | Bodenseekreis
landkreis | 08 | 44 | Schwäbisch Hall | Landkreis Schwäbisch Hall
landkreis | 09 | 44 | München | Landkreis München
landkreis | 09 | 44 | Nürnberger Land | Landkreis Nürnberger Land
landkreis | 09 | 44 | Mühldorf a.Inn | Landkreis Mühldorf am Inn
landkreis | 09 | 44 | Wunsiedel i.Fichtelgebirge | Landkreis Wunsiedel im Fichtelgebirge
landkreis | 09 | 44 | Neumarkt i.d.OPf. | Landkreis Neumarkt in der Oberpfalz
landkreis | 09 | 44 | Neustadt a.d.Aisch-Bad Windsheim | Landkreis Neustadt an der Aisch-Bad Windsheim
landkreis | 10 | 45 | Regionalverband Saarbrücken | Regionalverband Saarbrücken
landkreis | 10 | 44 | Saarpfalz-Kreis | Saarpfalz-Kreis
landkreis | 10 | 44 | St. Wendel | Landkreis St. Wendel
landkreis | 13 | 44 | Landkreis Rostock | Landkreis Rostock
landkreis | 13 | 44 | Mecklenburgische Seenplatte | Landkreis Mecklenburgische Seenplatte
landkreis | 14 | 44 | Erzgebirgskreis | Erzgebirgskreis
landkreis | 15 | 44 | Altmarkkreis Salzwedel | Altmarkkreis Salzwedel
landkreis | 16 | 44 | Ilm-Kreis | Ilm-Kreis
kreisfreie_stadt | 01 | 61 | Flensburg, Stadt | Flensburg
kreisfreie_stadt | 01 | 61 | Kiel, Landeshauptstadt | Kiel
kreisfreie_stadt | 02 | 61 | Hamburg, Freie und Hansestadt | Hamburg
kreisfreie_stadt | 03 | 61 | Oldenburg (Oldenburg), Stadt | Oldenburg (Oldenburg)
kreisfreie_stadt | 05 | 61 | Hagen, Stadt der FernUniversität | Hagen
kreisfreie_stadt | 08 | 62 | Ulm, Universitätsstadt | Ulm
kreisfreie_stadt | 09 | 61 | München, Landeshauptstadt | München
kreisfreie_stadt | 09 | 61 | Weiden i.d.OPf. | Weiden in der Oberpfalz
kreisfreie_stadt | 12 | 61 | Frankfurt (Oder), Stadt | Frankfurt (Oder)
kreisfreie_stadt | 13 | 61 | Rostock, Hanse- und Universitätsstadt | Rostock
gemeindeverband | 01 | 51 | Süderbrarup | Amt Süderbrarup
gemeindeverband | 01 | 51 | Amt Mittelangeln | Amt Mittelangeln
gemeindeverband | 01 | 51 | Nortorfer  Land | Amt Nortorfer Land
gemeindeverband | 01 | 51 | Selent/ Schlesen | Amt Selent/Schlesen
gemeindeverband | 01 | 55 | Heider Umland | Kirchspielslandgemeinde Heider Umland
gemeindeverband | 03 | 52 | Flotwedel | Samtgemeinde Flotwedel
gemeindeverband | 03 | 52 | Rethem (Aller), Stadt | Samtgemeinde Rethem (Aller)
gemeindeverband | 03 | 52 | Altes Amt Lemförde | Samtgemeinde Altes Amt Lemförde
gemeindeverband | 07 | 53 | Ruwer | Verbandsgemeinde Ruwer
gemeindeverband | 08 | 54 | VVG der Stadt Gernsbach | Vereinbarte Verwaltungsgemeinschaft der Stadt Gernsbach
gemeindeverband | 08 | 54 | VVG der Gemeinde Deggingen | Vereinbarte Verwaltungsgemeinschaft der Gemeinde Deggingen
gemeindeverband | 08 | 56 | GVV Osterburken | Gemeindeverwaltungsverband Osterburken
gemeindeverband | 08 | 56 | GVV Nachbarschaftsverband Bischweier-Kuppenheim \
| Nachbarschaftsverband Bischweier-Kuppenheim
gemeindeverband | 09 | 54 | Weitnau (VGem) | Verwaltungsgemeinschaft Weitnau
gemeindeverband | 09 | 54 | Kochel a.See (VGem) | Verwaltungsgemeinschaft Kochel am See
gemeindeverband | 12 | 51 | Gransee und Gemeinden | Amt Gransee und Gemeinden
gemeindeverband | 12 | 58 | Schwedt/Oder, Stadt | Erfüllende Gemeinde Schwedt/Oder
gemeindeverband | 13 | 51 | Am Peenestrom | Amt Am Peenestrom
gemeindeverband | 14 | 56 | Diehsa | Verwaltungsverband Diehsa
gemeindeverband | 14 | 54 | Stollberg/Erzgeb. | Verwaltungsgemeinschaft Stollberg/Erzgeb.
gemeindeverband | 14 | 54 | Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/Vogtl. \
| Verwaltungsgemeinschaft Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/Vogtl.
gemeindeverband | 15 | 53 | Seehausen (Altmark) | Verbandsgemeinde Seehausen (Altmark)
gemeindeverband | 16 | 54 | Riechheimer Berg | Verwaltungsgemeinschaft Riechheimer Berg
gemeindeverband | 16 | 58 | Bad Salzungen, Stadt | Erfüllende Gemeinde Bad Salzungen
gemeindeverband | 16 | 58 | EG Uder | Erfüllende Gemeinde Uder
gemeinde | 01 | 66 | Sachsenwald (Forstgutsbez.),gemfr.Geb. | Sachsenwald (gemeindefreies Gebiet)
gemeinde | 01 | 64 | Garding, Kirchspiel | Kirchspiel Garding
gemeinde | 01 | 63 | Garding, Stadt | Garding
gemeinde | 01 | 64 | Rade b. Rendsburg | Rade b. Rendsburg
gemeinde | 03 | 63 | Buxtehude, Hansestadt | Buxtehude
gemeinde | 03 | 64 | Ebstorf,Klosterflecken | Ebstorf
gemeinde | 03 | 65 | Lohheide, gemfr. Bezirk | Lohheide (gemeindefreier Bezirk)
gemeinde | 03 | 66 | Harz (Landkreis Goslar), gemfr. Gebiet | Harz (Landkreis Goslar, gemeindefreies Gebiet)
gemeinde | 05 | 63 | Meschede, Kreis- und  Hochschulstadt | Meschede
gemeinde | 06 | 63 | Limburg a. d. Lahn, Kreisstadt | Limburg a. d. Lahn
gemeinde | 06 | 63 | Bad Homburg v. d. Höhe, Stadt | Bad Homburg v. d. Höhe
gemeinde | 06 | 63 | Korbach, Hansestadt, Kreisstadt | Korbach
gemeinde | 08 | 64 | St. Peter | St. Peter
gemeinde | 09 | 60 | Wildflecken, M | Markt Wildflecken
gemeinde | 09 | 60 | Markt Schwaben, M | Markt Schwaben
gemeinde | 09 | 60 | Marktl, M | Markt Marktl
gemeinde | 09 | 60 | Neukirchen b.Hl.Blut, M | Markt Neukirchen beim Heiligen Blut
gemeinde | 09 | 60 | Haag i.OB, M | Markt Haag in Oberbayern
gemeinde | 09 | 67 | Neumarkt i.d.OPf., GKSt | Neumarkt in der Oberpfalz
gemeinde | 09 | 63 | Neustadt a.d.Aisch, St | Neustadt an der Aisch
gemeinde | 09 | 63 | Grafing b.München, St | Grafing bei München
gemeinde | 09 | 63 | Weißenburg i.Bay., GKSt | Weißenburg in Bayern
gemeinde | 09 | 63 | Ostheim v.d.Rhön, St | Ostheim vor der Rhön
gemeinde | 09 | 66 | Frauenberger u. Duschlberger Wald | Frauenberger u. Duschlberger Wald (gemeindefreies Gebiet)
gemeinde | 09 | 66 | Großer Auersberg | Großer Auersberg (gemeindefreies Gebiet)
gemeinde | 13 | 63 | Boizenburg/ Elbe, Stadt | Boizenburg/Elbe
gemeinde | 13 | 64 | Born a. Darß, Seebad | Born a. Darß
gemeinde | 14 | 63 | Weißwasser/O.L., Stadt / Běła Woda | Weißwasser/O.L.
gemeinde | 14 | 64 | Rietschen / Rěčicy | Rietschen / Rěčicy
gemeinde | 14 | 63 | Rochlitz, Stadt, Stadt des Roten Porphyr | Rochlitz
gemeinde | 15 | 63 | Wittenberg, Lutherstadt | Lutherstadt Wittenberg
gemeinde | 15 | 64 | Diesdorf, Flecken | Diesdorf
"""


def table():
    rows = ([part.strip() for part in line.split("|")] for line in NAMES.strip().splitlines())
    return [(Level(level), land, code or None, official, shown) for level, land, code, official, shown in rows]


@pytest.mark.parametrize(("level", "land", "code", "official", "shown"), table(), ids=[row[3] for row in table()])
def test_a_name_is_shown_as_people_say_it(level, land, code, official, shown):
    assert display_name(official, level, code, land) == shown


def test_the_table_is_long_enough_to_mean_something():
    assert len(table()) >= 80


@pytest.mark.parametrize(
    ("official", "bare"),
    [
        ("Kiel, Landeshauptstadt", "Kiel"),
        ("Ebstorf,Klosterflecken", "Ebstorf"),
        ("Ueckermünde, Seebad , Stadt", "Ueckermünde"),
        ("Boizenburg/ Elbe, Stadt", "Boizenburg/Elbe"),
        ("Kleve", "Kleve"),
    ],
)
def test_the_bare_name_is_what_stands_before_the_comma(official, bare):
    assert bare_name(official) == bare


@pytest.mark.parametrize(
    ("official", "seat"),
    [
        ("VVG der Stadt Bühl", "Bühl"),
        ("VVG der Gemeinde Bad Schönborn", "Bad Schönborn"),
        ("EG Uder", "Uder"),
        ("Bad Salzungen, Stadt", "Bad Salzungen"),
        ("Zschopau", "Zschopau"),
    ],
)
def test_the_name_of_a_contract_names_its_seat(official, seat):
    assert seat_of_contract(official) == seat


def test_the_names_of_the_table_are_those_of_the_official_files(official):
    printed = {record.name for name in ("2021", "2023", "2024") for record in official(name).records}
    assert [row[3] for row in table() if row[3] not in printed] == []


def test_no_abbreviation_is_left_where_the_others_were_spelled_out(described):
    bavarian = [body.display_name for body in described("2024").bodies if body.key.startswith("09")]
    abbreviated = {name for name in bavarian if "." in name}
    assert abbreviated == {
        "Frauenberger u. Duschlberger Wald (gemeindefreies Gebiet)",
        "Fürstl. Löwenstein'scher Park (gemeindefreies Gebiet)",
        "Omerz u. Roter Berg (gemeindefreies Gebiet)",
        "Steinacher Forst r.d.Saale (gemeindefreies Gebiet)",
        "Verwaltungsgemeinschaft Neukirchen b.Sulzbach-R.",
    }
