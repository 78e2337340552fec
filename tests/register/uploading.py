"""Uploads as they are stored and sent, for the tests of their pages, services and jobs."""

import io
import re

from kooperation.base.db import db, now
from kooperation.register.models import RegisterUpload, RegisterUploadRow
from kooperation.register.rules.uploads import Summary, UploadState

SUMMARY = Summary(
    kind="AuszugGV",
    starts_on=None,
    ends_on="2023-12-31",
    figures=[("Länder", 16)],
    sections=[("Neu", 60), ("Aufgelöst", 1)],
    warnings=[],
    notices=["Zu einer Gemeinde fehlt der Satz des Kreises."],
    gone=1,
    is_empty=False,
)


def make_upload(user, state=UploadState.PLANNED, summary=SUMMARY, **values):
    """An upload in a state, with a plan and its rows where the state has one; its file does not exist."""
    at = now()
    has_plan = state in (UploadState.PLANNED, UploadState.APPLYING, UploadState.APPLIED)
    upload = RegisterUpload(
        uploaded_by=user,
        state=state,
        **{
            "uploaded_at": at,
            "file_name": "auszug.xlsx",
            "size": 1_600_000,
            "sha256": "0" * 64,
            "stored_as": "datei",
            "state_since": at,
            "plan": summary.as_json() if has_plan else None,
            "fingerprint": "f" * 64 if has_plan else None,
        }
        | values,
    )
    db.session.add(upload)
    db.session.flush()
    if has_plan:
        db.session.add_all(
            RegisterUploadRow(
                upload_id=upload.id,
                section=section,
                position=place,
                key=f"{place:08}",
                name=f"Ort {place}",
                text="Gemeinde",
            )
            for section, (_title, count) in enumerate(summary.sections)
            for place in range(count)
        )
        db.session.flush()
    return upload


UPLOADING = "/verwaltung/register/hochladen/"


def token(client, page=UPLOADING):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True)).group(1)


def send_file(client, data, name="auszug.xlsx"):
    """Upload a file as a browser does; the worker of a test reads it at once."""
    form = {"csrf_token": token(client), "file": (io.BytesIO(data), name)}
    return client.post(UPLOADING, data=form, content_type="multipart/form-data")
