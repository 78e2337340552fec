"""The pages that every look at the whole site passes: axe, pictures, narrow windows. A new page is entered here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page under a name that a file may have; status is what it answers with."""

    name: str
    path: str
    status: int = 200

    def __str__(self) -> str:
        return self.name


SITE = [
    SitePage("start", "/"),
    SitePage("suche", "/suche/?q=muster"),
    SitePage("suche-leer", "/suche/?q=xyzxyz"),
    SitePage("kommunen", "/kommunen/"),
    SitePage("kommunen-liste", "/kommunen/liste/"),
    SitePage("kommunen-liste-gefiltert", "/kommunen/liste/?land=99&ebene=gemeinde&sortierung=-einwohner"),
    SitePage("kommunen-liste-leer", "/kommunen/liste/?name=xyzxyz"),
    SitePage("kommunen-karte", "/kommunen/karte/"),
    SitePage("land", "/kommunen/99/"),
    SitePage("nicht-gefunden", "/gibt-es-nicht/", 404),
]

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
    *(SitePage(f"fehler-{status}", f"/fehler/{status}", status) for status in (403, 404, 500)),
]
