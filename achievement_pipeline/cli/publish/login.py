"""`achievements login linkedin` and `achievements logout linkedin`: the user's consent, in the browser."""

import datetime as dt
import webbrowser

import click

from achievement_pipeline.app.accounts import app_of, linkedin_as, logins_of
from achievement_pipeline.publishing.linkedin.login import new_state, wait_for_code
from achievement_pipeline.settings import load_settings


@click.group()
def login() -> None:
    """Let the pipeline post for you."""


@login.command("linkedin")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def login_linkedin(no_browser: bool) -> None:
    """Consent in the browser, and keep the login in the system's keyring, else in an encrypted file."""
    settings = load_settings()
    app, state = app_of(settings), new_state()
    url = app.authorization_url(state)
    if no_browser or not webbrowser.open(url):
        click.echo(f"Open this in a browser on this machine:\n{url}", err=True)
    else:
        click.echo("Consent in the browser, which is open now.", err=True)
    now = dt.datetime.now(dt.UTC)
    got = app.exchange(wait_for_code(app.redirect_port, state), now)
    got = got.model_copy(update={"address": settings.linkedin_addresses[0]})
    author = linkedin_as(got, settings).ask_author()
    where = logins_of(settings).keep(got.model_copy(update={"author": author}))
    click.echo(f"✅ Logged in to LinkedIn until {got.expires_at:%Y-%m-%d}. The login is kept in {where}.")


@click.group()
def logout() -> None:
    """Forget a login."""


@logout.command("linkedin")
def logout_linkedin() -> None:
    """Forget the login to LinkedIn. To revoke it too, remove the app in LinkedIn's settings."""
    logins_of(load_settings()).forget()
    click.echo("✅ The login to LinkedIn is forgotten.")
