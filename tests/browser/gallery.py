"""Every component of the page kit on a few pages, without a database: for macro tests, axe and the eye.

`python -m tests.browser.gallery` serves it on port 8001.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, flash, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from kooperation.base.config import ROOT, from_environment
from kooperation.base.forms import BaseForm, Candidate, CheckboxesField, GermanDateField, TypeaheadField
from kooperation.base.i18n import init_i18n
from kooperation.base.paging import Page
from kooperation.base.web import init_web

UNITS = [
    ("Musterstadt", "Kreisfreie Stadt", "–", "99000001", 187_450, "12345"),
    ("Bad Beispiel an der Probe", "Gemeinde", "Landkreis Musterkreis", "99101001", 23_911, "12401"),
    ("Klein Versuchshausen-Oberentwurf", "Gemeinde", "Landkreis Musterkreis", "99101002", 812, "12402"),
    ("Öhringsdorf", "Gemeinde", "Landkreis Beispielland", "99102001", 5_004, "12503"),
    ("Prüfhausen", "Gemeinde", "Landkreis Beispielland", "99102002", 1_277, "12504"),
    ("Verbandsgemeinde Unteres Mustertal", "Gemeindeverband", "Landkreis Beispielland", "991025001", 17_030, "12505"),
]
PLACES = {key: f"{name} ({key})" for name, _level, _district, key, _population, _postcode in UNITS}


def find_place(text: str) -> Sequence[Candidate]:
    """The places whose name contains the text."""
    return [Candidate(key, label) for key, label in PLACES.items() if text.casefold() in label.casefold()]


class GalleryForm(BaseForm):
    """One field of each kind."""

    name = StringField("Name des Vorhabens", [InputRequired("Bitte geben Sie einen Namen an.")])
    kind = SelectField(
        "Art",
        choices=[SelectChoice("project", "Vorhaben"), SelectChoice("network", "Netzwerk")],
        description="Die Art schlägt Verbindlichkeit und Dauer vor.",
    )
    begins_on = GermanDateField(
        "Beginn", [InputRequired("Bitte geben Sie an, wann es beginnt.")], description="Zum Beispiel 31.12.2026"
    )
    partner = TypeaheadField(
        "Partnerkommune",
        source=lambda: "/suche/vorschlaege",
        find=find_place,
        label_of=PLACES.get,
        description="Name oder Schlüssel; Vorschläge erscheinen beim Tippen.",
    )
    email = EmailField("Funktionspostfach")
    aim = TextAreaField("Eigenes Ziel")
    visibility = RadioField(
        "Sichtbarkeit",
        [InputRequired("Bitte wählen Sie aus, wer das sieht.")],
        choices=[
            SelectChoice("public", "öffentlich"),
            SelectChoice("members", "alle Mitglieder"),
            SelectChoice("own", "nur wir"),
        ],
    )
    topics = CheckboxesField(
        "Themen", choices=[SelectChoice("ozg", "Onlinedienste"), SelectChoice("it", "IT-Sicherheit")]
    )
    agreed = BooleanField("Die Hausspitze hat zugestimmt")


register = Blueprint("register", __name__)
search = Blueprint("search", __name__)
cockpit = Blueprint("cockpit", __name__)
gallery = Blueprint("gallery", __name__)
accounts = Blueprint("accounts", __name__)


@cockpit.get("/")
def start() -> str:
    """A start page: hero, search, cards."""
    return render_template("gallery/start.html")


@accounts.get("/anmelden/")
def sign_in() -> str:
    """Where the header leads; nobody is signed in here."""
    return render_template("gallery/start.html")


@search.get("/suche/")
def results() -> str:
    """A page of results, empty."""
    return render_template("gallery/results.html", query=request.args.get("q", ""))


@search.get("/suche/vorschlaege")
def suggestions() -> str:
    """Suggestions as the type-ahead fetches them."""
    hits = find_place(request.args.get("q", ""))
    return render_template("gallery/suggestions.html", hits=hits)


@register.get("/kommunen/")
def browse() -> str:
    """Lists of links and a picture."""
    return render_template("gallery/browse.html", units=UNITS)


@register.get("/kommunen/liste/")
def listing() -> str:
    """A list with filters, chips, sorting and pages."""
    number = request.args.get("seite", 3, type=int)
    text = request.args.get("q", "").casefold()
    if text == "kaputt":
        abort(500)
    units = [unit for unit in UNITS if text in unit[0].casefold()]
    page = Page(units * (8 if not text else 1), number if not text else 1, 10_853 if not text else len(units))
    return render_template("gallery/listing.html", page=page, sort=request.args.get("sortierung", "name"))


@register.get("/kommunen/detail/")
def show() -> str:
    """A page of one thing."""
    return render_template("gallery/show.html", form=BaseForm(), units=UNITS)


@gallery.route("/formular/", methods=["GET", "POST"])
def form() -> str:
    """A form; sent empty, it shows all its errors."""
    form = GalleryForm()
    if form.validate_on_submit():
        flash("Die Kooperation „Gemeinsame Leitstelle“ ist gespeichert.", "success")
    return render_template("gallery/form.html", form=form)


@gallery.get("/loeschen/")
def confirm() -> str:
    """The page that asks before something is destroyed."""
    return render_template("gallery/confirm.html", form=BaseForm())


@gallery.get("/meldungen/")
def messages() -> str:
    """Messages of all kinds, progress, states."""
    flash("Die Angaben sind bestätigt.", "success")
    return render_template("gallery/messages.html", step=min(1200, request.args.get("schritt", 300, type=int)))


@gallery.get("/fehler/<int:status>")
def error(status: int) -> str:
    """An error page."""
    abort(status)


def gallery_app(instance: Path, configure: Callable[[Flask], Any] = lambda app: None) -> Flask:
    """An app of the kit alone."""
    config = from_environment(
        {"KOOPERATION_MODE": "test", "KOOPERATION_INSTANCE": str(instance), "SECRET_KEY": "only-for-tests"}
    )
    app = Flask("kooperation", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config["SECRET_KEY"] = config.secret_key
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "templates")]
    )
    init_i18n(app)
    init_web(app, config)
    app.jinja_env.globals["viewer"] = None
    for blueprint in (accounts, cockpit, register, search, gallery):
        app.register_blueprint(blueprint)
    configure(app)
    return app


if __name__ == "__main__":
    import tempfile

    from werkzeug.serving import run_simple

    application = gallery_app(Path(tempfile.mkdtemp()))
    application.jinja_env.auto_reload = True
    run_simple("127.0.0.1", 8001, application, threaded=True)
