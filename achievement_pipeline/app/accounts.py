"""Who posts, and where to, as the settings say: the command line and the assets both ask here."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
import tzlocal

from achievement_pipeline.app.me import me
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.github_profile.pushing import ProfileRepository
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.login import App, Login, Logins, warning
from achievement_pipeline.publishing.linkedin.posting import Outgoing, utc_now
from achievement_pipeline.publishing.outbox.secret_store import SecretStore
from achievement_pipeline.settings import Settings


def app_of(settings: Settings) -> App:
    """Return the user's app at LinkedIn.

    Raises:
        SettingsError: It is not set.
    """
    environment = settings.environment
    if not environment.linkedin_client_id or not environment.linkedin_client_secret:
        raise SettingsError(
            "LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET are not set. Make an app at LinkedIn with the products "
            "'Sign In with LinkedIn using OpenID Connect' and 'Share on LinkedIn': docs/publishing.md says how."
        )
    return App(
        client_id=environment.linkedin_client_id,
        client_secret=environment.linkedin_client_secret,
        oauth_url=settings.linkedin_addresses[1],
        redirect_port=settings.config.publishing.linkedin.redirect_port,
    )


def logins_of(settings: Settings) -> Logins:
    """Return where the login is kept."""
    return Logins(SecretStore(settings.home / "secrets"))


def login_warning(settings: Settings) -> str:
    """Return what people have to be told about the end of the login; empty where there is nothing to tell."""
    return warning(logins_of(settings).find(), utc_now())


def linkedin_as(login: Login, settings: Settings) -> LinkedIn:
    """Return LinkedIn for somebody who has just logged in.

    Raises:
        SettingsError: The addresses of LinkedIn are no pair, or the login is for another one.
    """
    address = settings.linkedin_addresses[0]
    if login.address != address:
        raise SettingsError(
            f"The login is for {login.address} and LINKEDIN_API_URL is {address}. Run `achievements login linkedin`."
        )
    return LinkedIn(login, settings.config.publishing.linkedin.version, address)


def linkedin_of(settings: Settings) -> LinkedIn:
    """Return LinkedIn for the user who logged in.

    Raises:
        PublishingError: Nobody did, or too long ago.
    """
    return linkedin_as(logins_of(settings).usable(app_of(settings), utc_now()), settings)


def outgoing_of(settings: Settings, engine: sa.Engine) -> Outgoing:
    """Return what posts the user's work, by their times and policy.

    Raises:
        SettingsError: It is not known who the user is.
    """
    with engine.connect() as connection:
        user = me(connection, settings)
    zone = settings.config.schedules.time_zone or tzlocal.get_localzone_name() or "UTC"
    return Outgoing(
        engine=engine,
        settings=settings.config.publishing.linkedin,
        privacy=settings.privacy,
        authors=user.addresses,
        zone=ZoneInfo(zone),
    )


def profile_of(settings: Settings) -> ProfileRepository:
    """Return the repository of the GitHub profile.

    Raises:
        SettingsError: It is not set.
    """
    return ProfileRepository(settings.profile_remote, settings.config.publishing.github_profile)
