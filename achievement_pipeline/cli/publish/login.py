"""`achievements login linkedin` and `achievements logout linkedin`: OAuth in the browser."""

import datetime as dt
import webbrowser

import click

from achievement_pipeline.app.publish.accounts import app_of, linkedin_as, logins_of
from achievement_pipeline.publishing.linkedin.login import new_state, wait_for_code
from achievement_pipeline.settings import load_settings


@click.group()
def login() -> None:
    """Log in to a network, so that the pipeline can post for you."""


@login.command("linkedin")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def login_linkedin(no_browser: bool) -> None:
    """Log in to LinkedIn in the browser; the token is stored in the system's keyring, else in an encrypted file.

    \b
    achievements login linkedin
    achievements login linkedin --no-browser
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    app, state = app_of(settings), new_state()
    url = app.authorization_url(state)
    if no_browser or not webbrowser.open(url):
        click.echo(f"Open this in a browser on this machine:\n{url}", err=True)
    else:
        click.echo("Allow access in the browser window that has opened.", err=True)
    now = dt.datetime.now(dt.UTC)
    got = app.exchange(wait_for_code(app.redirect_port, state), now)
    got = got.model_copy(update={"address": settings.linkedin_addresses[0]})
    author = linkedin_as(got, settings).find_author()
    where = logins_of(settings).keep(got.model_copy(update={"author": author}))
    click.echo(f"✅ Logged in to LinkedIn until {got.expires_at:%Y-%m-%d}. The token is stored in {where}.")


@click.group()
def logout() -> None:
    """Log out of a network."""


@logout.command("linkedin")
def logout_linkedin() -> None:
    """Delete the LinkedIn token. To revoke it as well, remove the app in LinkedIn's settings.

    \b
    achievements logout linkedin
    """  # noqa: D301 - click's own mark
    logins = logins_of(load_settings())
    was_logged_in = logins.find() is not None
    logins.forget()  # one that can't be read too
    click.echo("✅ Logged out of LinkedIn." if was_logged_in else "You were not logged in to LinkedIn.")
