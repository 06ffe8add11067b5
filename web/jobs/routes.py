"""What became of a job, for the page that waits for it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify

from web.access import member
from web.jobs.queue import Job, Jobs
from web.sessions import current_person
from web.store.people import Role


def make_jobs_blueprint(jobs: Jobs) -> Blueprint:
    """Serve `/jobs/<id>` to whoever asked for the job, and to staff."""
    blueprint = Blueprint("jobs", __name__)

    @blueprint.get("/jobs/<job_id>")
    @member
    def state(job_id: str) -> Response:
        job = jobs.find(job_id)
        if job is None or not _may_see(job):
            abort(404)
        return jsonify(id=job.id, state=job.state.value, open=job.is_open)

    return blueprint


def _may_see(job: Job) -> bool:
    person = current_person()
    return person is not None and (job.person_id == person.id or person.role is Role.STAFF)
