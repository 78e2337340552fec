"""The vocabularies: one set of pages for all of them. A new one is a line in ``VOCABULARIES`` and a form."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.accounts.routes.blueprint import me
from kooperation.administration.forms import EmptyForm, MergeForm, TermForm, TopicForm
from kooperation.administration.routes.blueprint import bp, refuse
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _
from kooperation.base.text import N_
from kooperation.parties import queries, services
from kooperation.parties.models import Term, Topic


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list of words that administrators keep, by the word in its address."""

    slug: str
    model: type[Term]
    form: type[TermForm]
    title: str
    intro: str


VOCABULARIES = {
    one.slug: one
    for one in (
        Vocabulary(
            "themen",
            Topic,
            TopicForm,
            N_("Themen"),
            N_("Worum es bei Ansprechpersonen, Kooperationen und Stakeholdern geht: überall dieselben Wörter."),
        ),
    )
}
LIST = f"/verwaltung/<any({', '.join(VOCABULARIES)}):slug>/"
ONE = f"{LIST}<int:number>/"


def _load(slug: str, number: int) -> Term | None:
    return queries.term_by_id(VOCABULARIES[slug].model, number) if number < 2**31 else None


def _vocabulary_of(term: Term) -> Vocabulary:
    return next(one for one in VOCABULARIES.values() if one.model is type(term))


@bp.route(LIST, methods=["GET", "POST"])
@guarded(policy.administers)
def vocabulary(slug: str) -> ResponseReturnValue:
    """All words of a vocabulary, and a form to add one."""
    vocabulary = VOCABULARIES[slug]
    form = vocabulary.form()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            term = services.add_term(vocabulary.model, actor=me(), **form.values)
            db.session.commit()
            flash(_("„%(name)s“ ist hinzugefügt.", name=term.name), "success")
            return redirect(_back(term))
    terms, columns = queries.terms(vocabulary.model), _columns(form)
    return render_template(
        "administration/vocabulary.html",
        vocabulary=vocabulary,
        form=form,
        columns=columns,
        heads=[
            {"label": _("Name")},
            *({"label": label} for _column, label, _words in columns),
            {"label": _("Benutzt"), "numeric": True},
            {"label": _("Ändern")},
        ],
        offered=[one for one in terms if one.retired_at is None],
        retired=[one for one in terms if one.retired_at is not None],
        uses=queries.uses(vocabulary.model),
        button_form=EmptyForm(formdata=None),
    )


@bp.route(ONE, methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def term(term: Term) -> ResponseReturnValue:
    """One word: rename it, and the ways to merge and to delete it."""
    vocabulary = _vocabulary_of(term)
    form = vocabulary.form(obj=term)
    if form.validate_on_submit():
        with refusals_shown_on(form):
            services.change_term(term, actor=me(), **form.values)
            db.session.commit()
            flash(_("„%(name)s“ ist gespeichert.", name=term.name), "success")
            return redirect(_back(term))
    return render_template(
        "administration/term.html",
        vocabulary=vocabulary,
        term=term,
        form=form,
        used=queries.uses(vocabulary.model).get(term.id, 0),
        button_form=EmptyForm(formdata=None),
    )


@bp.post(f"{ONE}hoch/")
@guarded(policy.administers, load=_load, see=policy.administers)
def move_term_up(term: Term) -> ResponseReturnValue:
    """Let a word change places with the one before it."""
    return _moved(term, up=True)


@bp.post(f"{ONE}runter/")
@guarded(policy.administers, load=_load, see=policy.administers)
def move_term_down(term: Term) -> ResponseReturnValue:
    """Let a word change places with the one behind it."""
    return _moved(term, up=False)


def _moved(term: Term, *, up: bool) -> ResponseReturnValue:
    if EmptyForm().validate_on_submit():
        try:
            services.move_term(term, up=up, actor=me())
            db.session.commit()
        except RuleViolation as refusal:
            refuse(refusal)
    return redirect(_back(term))


@bp.post(f"{ONE}stilllegen/")
@guarded(policy.administers, load=_load, see=policy.administers)
def retire_term(term: Term) -> ResponseReturnValue:
    """Offer a word no more."""
    if EmptyForm().validate_on_submit():
        try:
            services.retire_term(term, actor=me(), at=now())
            db.session.commit()
            flash(_("„%(name)s“ wird nicht mehr angeboten; wo es benutzt wird, bleibt es.", name=term.name), "success")
        except RuleViolation as refusal:
            refuse(refusal)
    return redirect(_back(term))


@bp.post(f"{ONE}zurueckholen/")
@guarded(policy.administers, load=_load, see=policy.administers)
def bring_back_term(term: Term) -> ResponseReturnValue:
    """Offer a word again."""
    if EmptyForm().validate_on_submit():
        services.bring_back_term(term, actor=me())
        db.session.commit()
        flash(_("„%(name)s“ wird wieder angeboten.", name=term.name), "success")
    return redirect(_back(term))


@bp.route(f"{ONE}loeschen/", methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def delete_term(term: Term) -> ResponseReturnValue:
    """Ask once, then delete a word that nothing uses."""
    vocabulary, form, name = _vocabulary_of(term), EmptyForm(), term.name
    if form.validate_on_submit():
        with refusals_shown_on(form):
            services.delete_term(term, actor=me())
            db.session.commit()
            flash(_("„%(name)s“ ist gelöscht.", name=name), "success")
            return redirect(url_for(".vocabulary", slug=vocabulary.slug))
    used = queries.uses(vocabulary.model).get(term.id, 0)
    return render_template("administration/delete_term.html", vocabulary=vocabulary, term=term, form=form, used=used)


@bp.route(f"{ONE}zusammenfuehren/", methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def merge_term(term: Term) -> ResponseReturnValue:
    """Choose the word that stays, and let everything use that."""
    vocabulary, form, name = _vocabulary_of(term), MergeForm(), term.name
    others = {str(one.id): one for one in queries.terms(vocabulary.model) if one.id != term.id and not one.retired_at}
    form.into.choices = [
        SelectChoice("", _("Bitte wählen")),
        *(SelectChoice(key, one.name) for key, one in others.items()),
    ]
    if form.validate_on_submit():
        with refusals_shown_on(form):
            kept = others[form.into.data]
            services.merge_terms(term, kept, actor=me())
            db.session.commit()
            flash(_("„%(gone)s“ ist jetzt „%(kept)s“.", gone=name, kept=kept.name), "success")
            return redirect(_back(kept))
    used = queries.uses(vocabulary.model).get(term.id, 0)
    return render_template("administration/merge_term.html", vocabulary=vocabulary, term=term, form=form, used=used)


def _columns(form: TermForm) -> list[tuple[str, str, dict[Any, str]]]:
    """What the list shows of a word beside its name: column, label, and the words for its values."""
    fields = [field for field in form if field.name not in ("name", "csrf_token")]
    return [
        (field.name, field.label.text, {choice.value: choice.label for choice in field.choices}) for field in fields
    ]


def _back(term: Term) -> str:
    """To the word's place in the list."""
    return url_for(".vocabulary", slug=_vocabulary_of(term).slug, _anchor=f"begriff-{term.id}")
