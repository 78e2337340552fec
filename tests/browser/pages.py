"""The pages that every look at the whole site passes: axe, pictures, narrow windows. A new page is entered here."""

from dataclasses import dataclass

from tests.databases import FULL


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page under a name that a file may have; only those at the core are looked at outside the full run."""

    name: str
    path: str
    core: bool = False
    viewer: str = ""
    """The invented person who looks at it: the part of the address before the @."""

    def __str__(self) -> str:
        return self.name


SITE = [
    SitePage("start", "/", core=True),
    SitePage("suche", "/suche/?q=silm", core=True),
    SitePage("suche-leer", "/suche/?q=xyzxyz"),
    SitePage("kommunen", "/kommunen/"),
    SitePage("kommunen-liste", "/kommunen/liste/"),
    SitePage(
        "kommunen-liste-gefiltert", "/kommunen/liste/?land=99&ebene=gemeinde&name=st&sortierung=-einwohner", core=True
    ),
    SitePage("kommunen-liste-leer", "/kommunen/liste/?name=xyzxyz"),
    SitePage("kommunen-karte", "/kommunen/karte/", core=True),
    SitePage("land", "/kommunen/99/"),
    SitePage("landkreis", "/kommunen/99001/"),
    SitePage("gemeindeverband", "/kommunen/990015001/"),
    SitePage("gemeinde", "/kommunen/99001001/", core=True),
    SitePage("aufgeloest", "/kommunen/liste/?stand=alle&name=silmlauben"),
    SitePage("vergleich", "/kommunen/99001001-auenfurt-a-d-silme/vergleich/"),
    SitePage("zu-viele-treffer", "/suche/?q=neuhallen"),
    SitePage("registrieren", "/registrieren/", core=True),
    SitePage("anmelden", "/anmelden/"),
    SitePage("kennwort-vergessen", "/kennwort/vergessen/"),
    SitePage("link-abgelaufen", "/kennwort/neu/unbekannt"),
    SitePage("abbestellen-ins-leere", "/mails/abbestellen/unbekannt"),
    SitePage("impressum", "/impressum/"),
    SitePage("datenschutz", "/datenschutz/"),
    SitePage("barrierefreiheit", "/barrierefreiheit/?von=/kommunen/", core=True),
    SitePage("adresse-bestaetigen", "/registrieren/bestaetigung/"),
    SitePage("bestaetigung-abgelaufen", "/registrieren/bestaetigung/unbekannt"),
    SitePage("einladung-abgelaufen", "/einladung/unbekannt"),
    SitePage("neue-adresse-abgelaufen", "/konto/adresse/unbekannt"),
    SitePage("nicht-gefunden", "/gibt-es-nicht/", core=True),
]

SIGNED_IN = [
    SitePage("meine-kommune", "/", core=True, viewer="verwaltung"),
    SitePage("mein-landkreis", "/", viewer="landkreis"),
    SitePage("mein-anfang-gast", "/", viewer="gast"),
    SitePage("mein-anfang-administration", "/", viewer="administration"),
    SitePage("stand-der-kommunen", "/kommunen/99001-landkreis-silmetal/stand/", viewer="landkreis"),
    SitePage("eintrag", "/kommunen/99001001-auenfurt-a-d-silme/eintrag/", core=True, viewer="verwaltung"),
    SitePage("eintrag-als-landkreis", "/kommunen/99001002-tannenbrueck/eintrag/", viewer="landkreis"),
    SitePage("eintrag-verweigert", "/kommunen/99001001-auenfurt-a-d-silme/eintrag/", viewer="landkreis"),
    SitePage("mails", "/konto/mails/", viewer="gast"),
    SitePage("konto", "/konto/", core=True, viewer="verwaltung"),
    SitePage("konto-gast", "/konto/", viewer="gast"),
    SitePage("aufnahme-anfragen", "/konto/kommune/", viewer="lesen"),
    SitePage("eigene-daten", "/konto/daten/", core=True, viewer="verwaltung"),
    SitePage("konto-loeschen", "/konto/loeschen/", viewer="verwaltung"),
    SitePage("verlauf", "/kommunen/99001001-auenfurt-a-d-silme/verlauf/", core=True, viewer="bearbeitung"),
    SitePage("verlauf-leer", "/kommunen/99001001-auenfurt-a-d-silme/verlauf/?bis=1.1.2001", viewer="bearbeitung"),
    SitePage("protokoll", "/verwaltung/protokoll/", core=True, viewer="administration"),
    SitePage(
        "protokoll-unklar",
        "/verwaltung/protokoll/?kommune-suche=neu&von=31.13.2026&was=user.created",
        viewer="administration",
    ),
    SitePage("verwaltung", "/verwaltung/", viewer="administration"),
    SitePage("aufgaben-leer", "/aufgaben/", viewer="bearbeitung"),
    SitePage("mitglieder", "/kommunen/99001001-auenfurt-a-d-silme/mitglieder/", core=True, viewer="verwaltung"),
    SitePage("mitglied", "/kommunen/99001001-auenfurt-a-d-silme/mitglieder/4/", viewer="verwaltung"),
    SitePage(
        "mitglied-entfernen", "/kommunen/99001001-auenfurt-a-d-silme/mitglieder/3/entfernen/", viewer="verwaltung"
    ),
    SitePage("verwaltung", "/verwaltung/", viewer="administration"),
    SitePage("register", "/verwaltung/register/", core=True, viewer="administration"),
    SitePage("register-hochladen", "/verwaltung/register/hochladen/", viewer="administration"),
    SitePage("register-plan", "/verwaltung/register/1/", core=True, viewer="administration"),
    SitePage("register-abschnitt", "/verwaltung/register/1/0/?seite=2", viewer="administration"),
    SitePage("register-verwerfen", "/verwaltung/register/1/verwerfen/", viewer="administration"),
    SitePage("register-fortschritt", "/verwaltung/register/2/", viewer="administration"),
    SitePage("register-uebernommen", "/verwaltung/register/3/", viewer="administration"),
    SitePage("register-abgelehnt", "/verwaltung/register/4/", viewer="administration"),
    SitePage("register-warnungen", "/verwaltung/register/5/", viewer="administration"),
    SitePage("register-still", "/verwaltung/register/6/", viewer="administration"),
    SitePage("einladen", "/kommunen/99001001-auenfurt-a-d-silme/mitglieder/einladen/", viewer="verwaltung"),
    SitePage("verlassen", "/konto/kommunen/99001001/verlassen/", viewer="verwaltung"),
    SitePage("konto-administration", "/konto/", viewer="administration"),
    SitePage("mitglieder-ohne", "/kommunen/99001002-tannenbrueck/mitglieder/", viewer="landkreis"),
    SitePage("verwaltung-konten", "/verwaltung/konten/?q=silme&rolle=3", core=True, viewer="administration"),
    SitePage("verwaltung-konto", "/verwaltung/konten/3/", viewer="administration"),
    SitePage("verwaltung-konto-sperren", "/verwaltung/konten/3/sperren/", viewer="administration"),
    SitePage("verwaltung-konto-administration", "/verwaltung/konten/3/administration/", viewer="administration"),
    SitePage("verwaltung-konto-rolle", "/verwaltung/konten/3/kommunen/99001001/", viewer="administration"),
    SitePage("verwaltung-konto-beenden", "/verwaltung/konten/3/kommunen/99001001/beenden/", viewer="administration"),
    SitePage("verwaltung-konto-zusammenfuehren", "/verwaltung/konten/3/zusammenfuehren/", viewer="administration"),
    SitePage("verwaltung-konto-loeschen", "/verwaltung/konten/3/loeschen/", viewer="administration"),
    SitePage("verwaltung-einladungen", "/verwaltung/einladungen/", viewer="administration"),
    SitePage("verwaltung-einladen", "/verwaltung/einladungen/neu/", viewer="administration"),
    SitePage("verwaltung-themen", "/verwaltung/themen/", core=True, viewer="administration"),
    SitePage("verwaltung-thema", "/verwaltung/themen/3/", viewer="administration"),
    SitePage("verwaltung-thema-loeschen", "/verwaltung/themen/3/loeschen/", viewer="administration"),
    SitePage("verwaltung-thema-zusammenfuehren", "/verwaltung/themen/3/zusammenfuehren/", viewer="administration"),
    SitePage("verwaltung-seiten", "/verwaltung/seiten/", viewer="administration"),
    SitePage("verwaltung-seite", "/verwaltung/seiten/datenschutz/", viewer="administration"),
    SitePage("verwaltung-rueckmeldungen", "/verwaltung/rueckmeldungen/", viewer="administration"),
    SitePage("verwaltung-mails", "/verwaltung/mails/", viewer="administration"),
    SitePage("verwaltung-auftraege", "/verwaltung/auftraege/", viewer="administration"),
    SitePage("verwaltung-system", "/verwaltung/system/", viewer="administration"),
]
"""Pages for whoever is signed in; the people have numbers in the order of the demonstration."""

LOOKED_AT = [page for page in SITE if page.core or FULL]
SIGNED_IN_LOOKED_AT = [page for page in SIGNED_IN if page.core or FULL]

GALLERY = [
    SitePage("start", "/"),
    SitePage("ergebnisse", "/suche/?q=x"),
    SitePage("karte", "/kommunen/"),
    SitePage("liste", "/kommunen/liste/"),
    SitePage("liste-leer", "/kommunen/liste/?q=xyz"),
    SitePage("einheit", "/kommunen/detail/"),
    SitePage("formular", "/formular/"),
    SitePage("loeschen", "/loeschen/"),
    SitePage("meldungen", "/meldungen/"),
    *(SitePage(f"fehler-{status}", f"/fehler/{status}") for status in (403, 404, 500)),
]
