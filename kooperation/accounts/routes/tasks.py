"""What waits for me: the list, and deciding about who is let in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import ApproveForm, ChoiceForm, DeclineForm
from kooperation.accounts.guard import guarded, signed_in
from kooperation.accounts.models import JoinRequest
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.rules import RequestState
from kooperation.accounts.services import joining, reform
from kooperation.base import hooks
from kooperation.base.db import db, now
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key


def _load(number: int) -> JoinRequest | None:
    return queries.request_by_id(number)


@bp.get("/aufgaben/")
@signed_in
def tasks() -> ResponseReturnValue:
    """All that waits for me, the oldest first."""
    found = [task for some in hooks.tasks_for(me()) for task in some]
    tasks = sorted(found, key=lambda task: task.since)
    return render_template("accounts/tasks.html", tasks=tasks, requests=queries.requests_of(me()))


@bp.get("/aufgaben/anfragen/<int:number>/")
@guarded(policy.decides_about, load=_load, see=policy.decides_about)
def show_request(request: JoinRequest) -> ResponseReturnValue:
    """Who asks to be let in, and the two answers."""
    return _request_page(request, ApproveForm(role=request.role), DeclineForm())


@bp.post("/aufgaben/anfragen/<int:number>/aufnehmen/")
@guarded(policy.decides_about, load=_load, see=policy.decides_about)
def approve(request: JoinRequest) -> ResponseReturnValue:
    """Let somebody in with the role chosen."""
    form = ApproveForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            joining.approve(request, form.role.data, actor=me(), at=now())
            db.session.commit()
            flash(
                _(
                    "%(name)s gehört jetzt zu %(place)s.",
                    name=request.user.name,
                    place=request.municipality.display_name,
                ),
                "success",
            )
            return redirect(url_for(".tasks"))
    return _request_page(request, form, DeclineForm(formdata=None))


@bp.post("/aufgaben/anfragen/<int:number>/ablehnen/")
@guarded(policy.decides_about, load=_load, see=policy.decides_about)
def decline(request: JoinRequest) -> ResponseReturnValue:
    """Let somebody not in, with a reason."""
    form = DeclineForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            joining.decline(request, form.reason.data, actor=me(), at=now())
            db.session.commit()
            flash(_("Die Anfrage von %(name)s ist abgelehnt.", name=request.user.name), "success")
            return redirect(url_for(".tasks"))
    return _request_page(request, ApproveForm(formdata=None, role=request.role), form)


@bp.route("/aufgaben/nachfolge/<digits:key>/", methods=["GET", "POST"])
@guarded(policy.waits_to_choose, load=municipality_by_key, see=policy.waits_to_choose)
def choose_successor(dissolved: Municipality) -> ResponseReturnValue:
    """Choose where to go on after a municipality was dissolved."""
    successors = {one.key: one for one in queries.successors_to_choose(dissolved)}
    form = ChoiceForm()
    form.successor.choices = [SelectChoice(key, one.display_name) for key, one in successors.items()]
    if form.validate_on_submit():
        membership = queries.membership_at(dissolved, me().id)
        assert membership is not None, "the guard lets only members pass"
        with refusals_shown_on(form):
            successor = successors[form.successor.data]
            reform.choose(membership, successor, actor=me())
            db.session.commit()
            flash(_("Sie gehören jetzt zu %(name)s.", name=successor.display_name), "success")
            return redirect(url_for(".tasks"))
    return render_template("accounts/choose.html", dissolved=dissolved, form=form)


def _request_page(request: JoinRequest, approve_form: ApproveForm, decline_form: DeclineForm) -> str:
    return render_template(
        "accounts/request.html",
        request_=request,
        is_open=request.state is RequestState.OPEN,
        approve_form=approve_form,
        decline_form=decline_form,
    )
