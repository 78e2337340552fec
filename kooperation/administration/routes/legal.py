"""The pages that the law asks for: for everybody to read, and for administrators to write."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded, public
from kooperation.accounts.routes.blueprint import me
from kooperation.administration import queries
from kooperation.administration.forms import ContactForm, LegalForm
from kooperation.administration.routes.blueprint import bp
from kooperation.administration.rules import (
    LEGAL_PAGES,
    LegalKind,
    changes,
    placeholders,
    without_placeholders,
)
from kooperation.administration.services import legal
from kooperation.base.db import db, now
from kooperation.base.errors import Outdated, refusals_shown_on
from kooperation.base.html import page_from_markdown
from kooperation.base.i18n import _

KINDS = f"<any({', '.join(LegalKind)}):name>"


def legal_values(kind: LegalKind) -> dict[str, object]:
    """What the template of a legal page shows."""
    page = queries.legal_page(kind)
    return {
        "kind": kind,
        "title": LEGAL_PAGES[kind],
        # Made safe when it was stored.
        "html": Markup(queries.html_of(kind, page)),  # nosec B704
        "missing": placeholders(queries.text_of(kind, page)),
        "updated_at": page.updated_at if page else None,
    }


@bp.get("/<any(impressum, datenschutz):name>/")
@public
def legal_page(name: str) -> ResponseReturnValue:
    """A page that the law asks for."""
    return render_template("administration/legal_page.html", **legal_values(LegalKind(name)))


@bp.route("/verwaltung/seiten/", methods=["GET", "POST"])
@guarded(policy.administers)
def legal_pages() -> ResponseReturnValue:
    """All of these pages with what is missing in them, and where feedback is sent to."""
    accessibility = queries.legal_page(LegalKind.ACCESSIBILITY)
    form = ContactForm(contact=accessibility.contact if accessibility else None)
    if form.validate_on_submit():
        with refusals_shown_on(form):
            legal.set_contact(LegalKind.ACCESSIBILITY, form.contact.data or "", actor=me())
            db.session.commit()
            flash(_("Die Adresse für Rückmeldungen ist gespeichert."), "success")
            return redirect(url_for(".legal_pages"))
    stored, rows = queries.legal_pages(), []
    for kind, title in LEGAL_PAGES.items():
        text = queries.text_of(kind, stored.get(kind))
        rows.append(
            (kind, title, stored.get(kind), text == queries.supplied_text(kind), placeholders(text), _url(kind))
        )
    return render_template("administration/legal_pages.html", rows=rows, form=form)


@bp.route(f"/verwaltung/seiten/{KINDS}/", methods=["GET", "POST"])
@guarded(policy.administers)
def edit_legal_page(name: str) -> ResponseReturnValue:
    """Write a page, look at it first, and learn what somebody else changed meanwhile."""
    kind = LegalKind(name)
    page = queries.legal_page(kind)
    form = LegalForm(text=queries.text_of(kind, page), version=page.version if page else 0)
    previewed, meanwhile = None, None
    if form.validate_on_submit():
        if "vorschau" in request.form:
            previewed = page_from_markdown(without_placeholders(form.text.data))
        else:
            try:
                legal.rewrite(kind, form.text.data, int(form.version.data), actor=me(), at=now())
                db.session.commit()
                flash(_("„%(title)s“ ist gespeichert.", title=_(LEGAL_PAGES[kind])), "success")
                return redirect(url_for(".legal_pages"))
            except Outdated:
                meanwhile = _meanwhile(kind, form)
                db.session.rollback()
                form.text.errors = [*form.text.errors, _("Die Seite wurde inzwischen geändert.")]
    return render_template(
        "administration/edit_legal_page.html",
        kind=kind,
        title=LEGAL_PAGES[kind],
        form=form,
        previewed=previewed,
        meanwhile=meanwhile,
        missing=placeholders(form.text.data or ""),
    )


def _url(kind: LegalKind) -> str:
    """The address of a page as visitors read it."""
    if kind is LegalKind.ACCESSIBILITY:
        return url_for(".accessibility")
    return url_for(".legal_page", name=kind.value)


def _meanwhile(kind: LegalKind, form: LegalForm) -> dict[str, object]:
    """What somebody else changed since the form was opened; sent again, it will take the place of that."""
    db.session.rollback()
    page = queries.legal_page(kind)
    before = queries.text_at(kind, int(form.version.data))
    form.version.data = page.version if page else 0
    entry = queries.last_change(page) if page else None
    return {
        "who": entry.actor_name if entry else "",
        "at": entry.at if entry else None,
        "changes": changes(before, queries.text_of(kind, page)) if before is not None else [],
    }
