"""The application: configuration, extensions, blueprints, shell commands, and who listens to which hook."""

from flask import Flask

from kooperation.accounts import hooks as accounts_hooks
from kooperation.accounts import rules as accounts_rules
from kooperation.accounts.cli import user_cli
from kooperation.accounts.guard import ensure_all_guarded, init_guard
from kooperation.accounts.routes import bp as accounts_bp
from kooperation.accounts.services import cleaning as accounts_cleaning
from kooperation.administration import hooks as administration_hooks
from kooperation.administration import rules as administration_rules
from kooperation.administration.routes import bp as administration_bp
from kooperation.audit import services as audit
from kooperation.base import hooks, housekeeping, jobs, web
from kooperation.base.config import ROOT, Config, from_environment
from kooperation.base.db import init_db
from kooperation.base.health import bp as health_bp
from kooperation.base.i18n import init_i18n
from kooperation.base.mail import forgetting as mail_forgetting
from kooperation.cockpit import hooks as cockpit_hooks
from kooperation.cockpit import rules as cockpit_rules
from kooperation.cockpit.routes import bp as cockpit_bp
from kooperation.cockpit.routes import unsubscribe
from kooperation.contacts import hooks as contacts_hooks
from kooperation.contacts import rules as contacts_rules
from kooperation.contacts.routes import bp as contacts_bp
from kooperation.demo import rules as demo_rules
from kooperation.demo.cli import demo_cli
from kooperation.demo.routes import bp as demo_bp
from kooperation.demo.routes import sign_in_examples
from kooperation.register import hooks as register_hooks
from kooperation.register.cli import register_cli
from kooperation.register.queries.documents import unit_documents
from kooperation.register.routes import bp as register_bp
from kooperation.register.rules import log as register_log
from kooperation.search.cli import search_cli
from kooperation.search.routes import bp as search_bp

FEATURE_COMMANDS = (user_cli, register_cli, search_cli, demo_cli)
"""What the features bring to the shell."""


def create_app(config: Config | None = None) -> Flask:
    """Build the application for a configuration, by default that of the environment.

    Raises ConfigError where the environment does not allow a start.
    """
    config = config or from_environment()
    app = Flask("kooperation", template_folder=str(ROOT / "templates"), static_folder=None)
    # Flask reads FLASK_DEBUG by itself, whatever the mode; then an error would bypass its page.
    app.debug = False
    app.config["SECRET_KEY"] = config.secret_key
    app.extensions["kooperation"] = config

    init_db(app, config)
    init_i18n(app)
    jobs.init_jobs(config)
    web.init_web(app, config)

    init_guard(app)
    app.register_blueprint(health_bp)
    app.register_blueprint(accounts_bp)
    app.register_blueprint(cockpit_bp)
    app.register_blueprint(search_bp)
    app.register_blueprint(register_bp)
    app.register_blueprint(contacts_bp)
    app.register_blueprint(administration_bp)
    app.register_blueprint(demo_bp)
    for group in FEATURE_COMMANDS:
        app.cli.add_command(group)

    # Mail programs send this one without a session; the link's own signature says who asks.
    app.extensions["csrf"].exempt(unsubscribe)
    _wire_hooks()
    app.jinja_env.globals["waiting_tasks"] = accounts_hooks.waiting_tasks
    ensure_all_guarded(app)
    return app


def _wire_hooks() -> None:
    """Who listens to what; within a hook in the order in which the features stand above each other."""
    hooks.index_documents.register(unit_documents)
    hooks.page_slot.register(accounts_hooks.unit_slot)
    hooks.page_slot.register(accounts_hooks.history_slot)
    hooks.page_slot.register(contacts_hooks.unit_slot)
    hooks.home_slot.register(contacts_hooks.home_slot)
    hooks.party_dissolved.register(accounts_hooks.party_dissolved)
    hooks.party_dissolved.register(contacts_hooks.party_dissolved)
    hooks.party_merged.register(audit.repoint_keeper)
    hooks.party_merged.register(accounts_hooks.party_merged)
    hooks.party_merged.register(contacts_hooks.party_merged)
    hooks.sign_in_examples.register(sign_in_examples)
    hooks.tasks_for.register(accounts_hooks.tasks)
    hooks.tasks_for.register(register_hooks.tasks)
    hooks.tasks_for.register(contacts_hooks.tasks)
    hooks.tasks_counted.register(accounts_hooks.tasks_counted)
    hooks.tasks_counted.register(register_hooks.tasks_counted)
    hooks.tasks_counted.register(contacts_hooks.tasks_counted)
    hooks.digest_for.register(cockpit_hooks.new_tasks)
    hooks.digest_for.register(cockpit_hooks.changes)
    hooks.personal_data_of.register(accounts_hooks.personal_data)
    hooks.personal_data_of.register(register_hooks.personal_data_of)
    hooks.personal_data_of.register(administration_hooks.personal_data_of)
    hooks.personal_data_of.register(cockpit_hooks.personal_data_of)
    hooks.erase.register(administration_hooks.erase)
    hooks.erase.register(cockpit_hooks.erase)
    hooks.users_merged.register(register_hooks.users_merged)
    hooks.users_merged.register(administration_hooks.users_merged)
    hooks.users_merged.register(cockpit_hooks.users_merged)
    words = (
        accounts_rules.log_words,
        register_log.log_words,
        contacts_rules.log_words,
        administration_rules.log_words,
        cockpit_rules.log_words,
        demo_rules.log_words,
    )
    for log_words in words:
        hooks.log_words.register(log_words)
    for clean_up in (accounts_cleaning.clean_up, mail_forgetting.clean_up):
        housekeeping.removal.register(clean_up)
